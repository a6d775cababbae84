internal import CEL

/// How a strategic merge patch tells the items of one list apart and orders them.
///
/// Follows apimachinery/pkg/util/strategicpatch/patch.go, normalizeElementOrder and its helpers.
struct StrategicList {
  /// Whether patches merge into the list; otherwise they replace it.
  let isMerged: Bool
  /// The field that tells items apart; nil for primitives.
  let key: String?
  /// The type of the items.
  let items: FieldSchema

  /// Reads the strategy of a list's type.
  init(_ type: FieldSchema) {
    guard case .list(let list) = type.shape(of: .array([])) else {
      (isMerged, key, items) = (false, nil, .open)
      return
    }
    items = list.items
    switch list.patchStrategy {
    case .replace: (isMerged, key) = (false, nil)
    case .merge(let key): (isMerged, self.key) = (true, key)
    }
  }

  /// Orders merged items: the patch's in the patch's order, the server's own in theirs.
  ///
  /// Follows mergeSortedSlice: a server item goes before a patch item only where both were in the
  /// live list in that order, so items that are new go in front.
  func ordered(
    _ merged: [JSONValue], patchOrder: [JSONValue], serverOrder: [JSONValue]
  ) throws(PatchError) -> [JSONValue] {
    if let key {
      for item in merged where item[key] == nil { throw Self.missing(key, in: item) }
    }
    var patch: [(item: JSONValue, rank: Int)] = []
    var server: [JSONValue] = []
    for item in merged {
      if let rank = index(of: item, in: patchOrder) {
        patch.append((item, rank))
      } else {
        server.append(item)
      }
    }
    let right = patch.enumerated()
      .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
      .map { $0.element.item }
    var result: [JSONValue] = []
    var next = 0
    for item in server {
      let place = index(of: item, in: serverOrder)
      while next < right.count {
        if let place, let other = index(of: right[next], in: serverOrder), place < other { break }
        result.append(right[next])
        next += 1
      }
      result.append(item)
    }
    return result + right[next...]
  }

  /// Refuses a patch whose items are not in the order its directive gives.
  ///
  /// Follows validatePatchWithSetOrderList.
  func requireOrder(of patch: [JSONValue], by order: [JSONValue]) throws(PatchError) {
    let items = patch.filter { $0["$patch"] == nil }
    guard !items.isEmpty, !order.isEmpty else { return }
    var next = 0
    for place in order where next < items.count {
      if let key {
        guard let left = items[next][key] else { throw Self.missing(key, in: items[next]) }
        guard let right = place[key] else { throw Self.missing(key, in: place) }
        if left == right { next += 1 }
      } else if items[next] == place {
        next += 1
      }
    }
    guard next == items.count else {
      throw .unclassified(
        "The order in patch list:\n\(GoFormat.text(.array(patch)))\n doesn't match "
          + "$setElementOrder list:\n\(GoFormat.text(.array(order)))\n")
    }
  }

  /// Refuses lists of lists and lists of items of several kinds; follows sliceElementType.
  func requireOneKind(of items: [JSONValue]) throws(PatchError) {
    guard items.first?.array == nil else {
      throw .unprocessable("Lists of lists are not supported")
    }
    guard items.allSatisfy({ ($0.object == nil) == (items.first?.object == nil) }) else {
      throw .unclassified("list element types are not identical: \(GoFormat.text(.array(items)))")
    }
  }

  private func index(of item: JSONValue, in list: [JSONValue]) -> Int? {
    guard let key else { return list.firstIndex(of: item) }
    let value = item[key]
    return list.firstIndex { $0[key] == value }
  }

  /// The error for an item without its merge key; mergepatch.ErrNoMergeKey.
  static func missing(_ key: String, in item: JSONValue) -> PatchError {
    .unclassified("map: \(GoFormat.text(item)) does not contain declared merge key: \(key)")
  }
}
