import CEL
import Transitions

/// What is done per state after a step: other reconciles in flight lose their reads, a crashed
/// controller starts anew, the state is made canonical.
extension Composition {
  /// Appends the changed words of a leaf that needs finishing.
  func finish(
    _ leaf: StepLeaf, _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) {
    var words = [UInt32](state)
    grow(&words)
    for index in Int(leaf.firstEffect)..<Int(leaf.firstEffect + leaf.effectCount) {
      let effect = leafEffects[index]
      words[Int(effect.word)] = words[Int(effect.word)] & effect.keep | effect.set
    }
    let raw: [UInt32]
    if leaf.detail >= 0 {
      let detail = leafDetails[Int(leaf.detail)]
      if mode == .calls { supersede(detail, &words) }
      if let (controller, requests) = detail.restart { restart(controller, requests, &words) }
      raw = audited == nil ? [] : words
      canonicalize(&words)
    } else {
      raw = audited == nil ? [] : words
    }
    if usesSymmetry { sortBlocks(&words, after: state) }
    audited?.note(raw: raw, canonical: words)
    for word in words.indices {
      let old = word < state.count ? state[word] : 0
      if words[word] != old {
        buffer.changes.append(WordChange(index: UInt32(word), value: words[word]))
      }
    }
  }

  /// Gives a vector all words that the layout has by now.
  package func grow(_ words: inout [UInt32]) {
    if words.count < layout.width {
      words.append(contentsOf: repeatElement(0, count: layout.width - words.count))
    }
  }

  /// Every effective write supersedes what others in flight have read of the object.
  private func supersede(_ detail: LeafDetail, _ words: inout [UInt32]) {
    guard !detail.writes.isEmpty else { return }
    for worker in busyWorkers(words) where worker != detail.worker {
      let (controller, request) = (
        layout.workers[worker].controller, layout.workers[worker].request
      )
      let node = words[layout.slot(.position(controller: controller, request)).word]
      let slot = layout.slot(.superseded(controller: controller, request))
      grow(&words)
      var reads = supersededSets[Int(words[slot.word])]
      for write in detail.writes {
        let known = reads.first { $0.key == write.key }?.index ?? -1
        let index = max(known, lastRead(of: write.key, before: node))
        guard index >= 0 else { continue }
        reads.removeAll { $0.key == write.key }
        reads.append(SupersededRead(key: write.key, index: index))
      }
      reads.sort { $0.key < $1.key }
      words[slot.word] = intern(reads)
    }
  }

  /// The workers with a reconcile in flight.
  func busyWorkers(_ words: [UInt32]) -> [Int] {
    var workers: [Int] = []
    for (group, word) in layout.busyWords.enumerated() where word < words.count {
      var bits = words[word]
      while bits != 0 {
        workers.append(group * 32 + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
    return workers
  }

  /// The last question before a node that gave a resourceVersion of an object; -1 for none.
  func lastRead(of key: ObjectKey, before node: UInt32) -> Int {
    if let known = lastReads[node] { return known[key] ?? -1 }
    var reads: [ObjectKey: Int] = [:]
    for (index, step) in world.tree.path(to: node).enumerated() {
      switch (step.question, step.answer) {
      case (.get(_, let asked), .object(let version)) where version != 0: reads[asked] = index
      case (_, .list(let items)): for item in items { reads[item.key] = index }
      case (.send(let request), .response(let code, let body, _)) where (200..<300).contains(code):
        // A refusal tells no resourceVersion, and may come before the object is looked at.
        reads[request.key] = index
        if let name = body.at("metadata", "name")?.string {
          let key = ObjectKey(request.groupKind, namespace: request.namespace, name: name)
          reads[key] = index
        }
        for item in body["items"]?.array ?? [] {
          guard let name = item.at("metadata", "name")?.string else { continue }
          let namespace = item.at("metadata", "namespace")?.string ?? ""
          reads[ObjectKey(request.groupKind, namespace: namespace, name: name)] = index
        }
      default: break
      }
    }
    lastReads[node] = reads
    return reads[key] ?? -1
  }

  private func restart(
    _ controller: Int, _ requests: [ReconcileRequest], _ words: inout [UInt32]
  ) {
    func clear(_ slot: Slot) {
      if slot.word < words.count { words[slot.word] &= ~slot.mask }
    }
    for (worker, entry) in layout.workers.enumerated() where entry.controller == controller {
      clear(layout.slot(.queue, worker: worker))
      clear(layout.slot(.timer, worker: worker))
      if mode == .calls { clear(layout.slot(.busy, worker: worker)) }
      for cell in [
        Cell.position(controller: controller, entry.request),
        .superseded(controller: controller, entry.request),
      ] {
        if let slot = layout.existingSlot(cell) { clear(slot) }
      }
    }
    for (word, cell) in layout.wordCells {
      if case .memory(controller, _, _) = cell { clear(.whole(word)) }
    }
    if !world.definition.participants[controller].relistsStale {
      for cell in layout.pendingCells where cell.controller == controller {
        clear(.whole(cell.word))
      }
    }
    for request in requests {
      let worker = worker(controller, request)
      grow(&words)
      let slot = layout.slot(.queue, worker: worker)
      words[slot.word] |= slot.mask
    }
  }
}
