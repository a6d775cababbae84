import CEL

/// The names of cells, predicate reads and versions in footprints, as dense ids.
///
/// Fresh values are renamed when states are matched (`Composition+FreshNames`): the object that one
/// state calls `web-2` is `web-1` in another. A footprint outlives its state, in summaries of what
/// may still happen, so it must not depend on the number of a fresh value. Therefore every name is
/// taken with the numbers of its fresh values erased and their classes kept. That merges names and
/// so only adds conflicts.
///
/// A version stands in a footprint for what predicate reads may ask of it, no more
/// (`SelectableForm`): contents that no selection tells apart are one.
final class FootprintNames {
  private let world: World
  private var cells: [FootprintCell] = []
  private var cellIDs: [FootprintCell: UInt32] = [:]
  private var predicates: [SelectionTest] = []
  private var predicateScans: [ObjectScan] = []
  private var predicateIDs: [SelectionTest: UInt32] = [:]
  private var forms: [SelectableForm] = []
  private var formIDs: [SelectableForm: UInt32] = [:]
  private var formsOfVersions: [UInt32: UInt32] = [:]
  private var familyClasses: [String: Int] = [:]
  private var classOfFamily: [UInt16: Int] = [:]

  /// Makes an empty table of names.
  init(_ world: World) { self.world = world }

  // MARK: Names without numbers

  /// What stands for a fresh value of a class: no name contains a control character.
  private static let opening: UInt8 = 1
  private static let closing: UInt8 = 2

  /// A text in which every fresh value is replaced by its class.
  func erased(_ text: String) -> String {
    world.tokens.replacingTokens(in: text) { token in
      "\u{1}\(self.classOf(token.family))\u{2}"
    }
  }

  /// Whether an erased text stands for several names.
  static func isCollective(_ erased: String) -> Bool { erased.utf8.contains(opening) }

  /// A class of fresh values: its description may itself mention fresh values, which are erased too.
  private func classOf(_ family: UInt16) -> Int {
    if let known = classOfFamily[family] { return known }
    let description = erased(world.tokens.description(ofFamily: family))
    let number = familyClasses[description] ?? familyClasses.count
    familyClasses[description] = number
    classOfFamily[family] = number
    return number
  }

  /// An object's key with erased names.
  func erased(_ key: ObjectKey) -> ObjectKey {
    ObjectKey(key.groupKind, namespace: erased(key.namespace), name: erased(key.name))
  }

  /// A controller's work on one request, with erased names.
  func erased(_ controller: Int, _ request: ReconcileRequest) -> CellLayout.Worker {
    CellLayout.Worker(
      controller: controller,
      request: ReconcileRequest(
        namespace: erased(request.namespace), name: erased(request.name)))
  }

  /// An erased text for people: fresh values as `~*`.
  static func display(_ erased: String) -> String {
    var bytes: [UInt8] = []
    var isInside = false
    for byte in erased.utf8 {
      switch byte {
      case opening:
        isInside = true
        bytes += Array("~*".utf8)
      case closing: isInside = false
      default: if !isInside { bytes.append(byte) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A text for people: fresh values as `~*`.
  func display(_ text: String) -> String { Self.display(erased(text)) }

  // MARK: Ids

  /// The id of a cell, whose names are erased already.
  func id(_ cell: FootprintCell) -> UInt32 {
    if let id = cellIDs[cell] { return id }
    let id = UInt32(cells.count)
    cells.append(cell)
    cellIDs[cell] = id
    return id
  }

  /// The cell with an id.
  func cell(_ id: UInt32) -> FootprintCell { cells[Int(id)] }

  /// The id of a cell of a state.
  func id(of cell: Cell) -> UInt32 {
    switch cell {
    case .object(let key): id(.object(erased(key)))
    case .rank(let key): id(.rank(erased(key)))
    case .queue(let controller, let request): id(.queue(erased(controller, request)))
    case .timer(let controller, let request): id(.timer(erased(controller, request)))
    case .busy(let controller, let request), .position(let controller, let request),
      .superseded(let controller, let request):
      id(.position(erased(controller, request)))
    case .pending(let controller, let groupKind):
      id(.pending(controller: controller, groupKind))
    case .deadline(let controller, let request, let label):
      id(.deadline(erased(controller, request), erased(label)))
    case .spent(let controller, let budget):
      id(.spent(controller: controller, erased(budget)))
    case .budget(let fault, let controller): id(.budget(fault, controller: controller))
    case .event(let event), .happened(let event): id(.event(event))
    case .clock: id(.clock)
    }
  }

  /// The id of a predicate read.
  func predicate(_ scan: ObjectScan) -> UInt32 {
    let test = SelectionTest(scan, self)
    if let id = predicateIDs[test] { return id }
    let id = UInt32(predicates.count)
    predicates.append(test)
    predicateScans.append(scan)
    predicateIDs[test] = id
    return id
  }

  /// A predicate read with an id: the first one that was met.
  func scan(_ id: UInt32) -> ObjectScan { predicateScans[Int(id)] }

  /// What stands for a version in footprints; 0 for absence.
  func form(of version: UInt32, _ groupKind: GroupKind) -> UInt32 {
    guard version != 0, let object = world.versions.object(version) else { return 0 }
    if let known = formsOfVersions[version] { return known }
    let form = SelectableForm(object, paths: selectablePaths(groupKind), self)
    let id: UInt32
    if let known = formIDs[form] {
      id = known
    } else {
      forms.append(form)
      id = UInt32(forms.count)
      formIDs[form] = id
    }
    formsOfVersions[version] = id
    return id
  }

  private func selectablePaths(_ groupKind: GroupKind) -> [String] {
    ["metadata.name", "metadata.namespace"]
      + (world.definition.resources.resource(groupKind)?.selectableFields ?? [])
  }

  /// Whether a predicate read lists a cell when it holds a version of this form.
  func accepts(predicate: UInt32, cell: UInt32, form: UInt32) -> Bool {
    guard form != 0, case .object(let key) = cells[Int(cell)] else { return false }
    return predicates[Int(predicate)].accepts(key, forms[Int(form) - 1])
  }
}
