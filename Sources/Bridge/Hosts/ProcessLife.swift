internal import CEL
internal import Model

/// What a process has lived through since it was started, as a number of a ``LifeTable`` and the fresh
/// values that stand for the open places of that life.
///
/// It is what a controller of `memory: kept` remembers (`Cell.memory`). A renaming of fresh values
/// renames the ones in it, and what comes out is a life again: the same runs, with the replies renamed.
struct ProcessLife: Hashable {
  /// The label under which it is remembered.
  static let label = "life"
  /// That of a process which was just started.
  static let start = ProcessLife(number: 0, names: [])

  let number: Int
  /// Fresh values in the order of their first appearance.
  let names: [String]

  /// Makes a life.
  init(number: Int, names: [String]) {
    self.number = number
    self.names = names
  }

  /// The life that a controller remembers.
  init(remembered: JSONObject?) {
    number = Int(clamping: remembered?["life"]?.int ?? 0)
    names = remembered?["names"]?.string?.split(separator: " ").map(String.init) ?? []
  }

  /// What a controller remembers of it; nothing of a process that was just started.
  ///
  /// The names are one text: a list of texts would be a set.
  var remembered: JSONObject? {
    number == 0
      ? nil : ["life": .int(Int64(number)), "names": .string(names.joined(separator: " "))]
  }

  /// A text that differs for different lives; empty for the first.
  var key: String {
    number == 0 ? "" : ([String(number)] + names).joined(separator: " ")
  }
}

/// Lives of a process, each as one more run after a shorter life.
///
/// Fresh values in requests and replies are replaced by their place among the life's names, so that lives
/// which differ in a renaming have one number.
struct LifeTable {
  /// One run at the end of a life, with places instead of fresh values.
  struct Run: Hashable {
    /// The number of the life before.
    let before: Int
    let request: ReconcileRequest
    let replies: [HTTPReply]
    /// How many names the life has with this run.
    let names: Int
  }

  /// One run of a life as it was.
  struct PastRun {
    let before: ProcessLife
    let request: ReconcileRequest
    let replies: [HTTPReply]
  }

  /// By the number of the life that ends with it, less one.
  private(set) var runs: [Run] = []
  private var numbers: [Run: Int] = [:]
  /// By number: whether the memory at the end of the life is the same whatever its fresh values are.
  private(set) var isNameless: [Int: Bool] = [:]
  /// By number, of lives whose fresh values do not matter: those that it was met with.
  private var frozen: [Int: [String]] = [:]

  /// Adds a run; the number of the life that ends with it.
  @discardableResult
  mutating func append(_ run: Run) -> Int {
    if let known = numbers[run] { return known }
    runs.append(run)
    numbers[run] = runs.count
    return runs.count
  }

  /// The life that goes on with a run; `freshValues` finds those that a text mentions.
  mutating func follow(
    _ life: ProcessLife, _ request: ReconcileRequest, _ replies: [HTTPReply],
    freshValues: (String) -> [String]
  ) -> ProcessLife {
    var names = life.names
    func abstract(_ text: String) -> String {
      let found = freshValues(text)
      for name in found where !names.contains(name) { names.append(name) }
      return found.reduce(text) { text, name in
        let place = names.firstIndex(of: name) ?? 0
        return text.replacing(name, with: "\u{1}\(place)\u{2}")
      }
    }
    let run = Run(
      before: life.number,
      request: ReconcileRequest(
        namespace: abstract(request.namespace), name: abstract(request.name)),
      replies: replies.map { reply in
        guard let text = String(validating: reply.body, as: UTF8.self) else { return reply }
        return HTTPReply(
          status: reply.status, contentType: reply.contentType, body: Array(abstract(text).utf8))
      }, names: names.count)
    return ProcessLife(number: append(run), names: names)
  }

  /// Notes whether a life's memory is the same whatever its fresh values are.
  mutating func note(_ number: Int, isNameless: Bool) { self.isNameless[number] = isNameless }

  /// The life without its fresh values, which do not matter to what is remembered.
  mutating func forgettingNames(_ life: ProcessLife) -> ProcessLife {
    if frozen[life.number] == nil { frozen[life.number] = life.names }
    return ProcessLife(number: life.number, names: [])
  }

  private func concreteNames(_ life: ProcessLife) -> [String] {
    life.names.isEmpty ? frozen[life.number] ?? [] : life.names
  }

  /// How many runs a life has.
  func length(of life: ProcessLife) -> Int {
    var (length, number) = (0, life.number)
    while runs.indices.contains(number - 1) {
      length += 1
      number = runs[number - 1].before
    }
    return length
  }

  /// The runs of a life, in order.
  func runs(of life: ProcessLife) -> [PastRun] {
    var past: [PastRun] = []
    var number = life.number
    var names = concreteNames(life)
    while runs.indices.contains(number - 1) {
      let run = runs[number - 1]
      func concrete(_ text: String) -> String {
        names.prefix(run.names).enumerated().reduce(text) { text, name in
          text.replacing("\u{1}\(name.offset)\u{2}", with: name.element)
        }
      }
      let before =
        frozen[run.before] != nil
        ? ProcessLife(number: run.before, names: [])
        : ProcessLife(
          number: run.before,
          names: Array(names.prefix(run.before == 0 ? 0 : runs[run.before - 1].names)))
      past.append(
        PastRun(
          before: before,
          request: ReconcileRequest(
            namespace: concrete(run.request.namespace), name: concrete(run.request.name)),
          replies: run.replies.map { reply in
            guard let text = String(validating: reply.body, as: UTF8.self) else { return reply }
            return HTTPReply(
              status: reply.status, contentType: reply.contentType,
              body: Array(concrete(text).utf8))
          }))
      number = run.before
      names = concreteNames(before)
    }
    return past.reversed()
  }
}
