internal import Model

/// Why several orders remain, as a table for people.
struct ExplanationText {
  private let explanation: ReductionExplanation

  init(_ explanation: ReductionExplanation) { self.explanation = explanation }

  /// The lines, a heading first.
  var lines: [String] {
    var lines = ["why several orders remain:"]
    if explanation.states > 0 {
      lines.append(
        "  at \(explanation.choices) of \(explanation.states) visited states several actions were "
          + "possible, at \(explanation.branching) several were taken")
    }
    if explanation.states > 0 && explanation.branching == 0 {
      lines.append("  no order mattered: one action was taken at each state")
    }
    lines += table
    if explanation.otherCouplings > 0 {
      lines.append("  and \(explanation.otherCouplings) more")
    }
    if explanation.barriers > 0 {
      lines.append(
        "  at \(counted(explanation.barriers, "state")) all were taken whoever is coupled: a timer "
          + "waits until nothing else is left, or only events and faults are")
    }
    if explanation.postponed > 0 {
      lines.append(
        "  in cycles \(counted(explanation.postponed, "action")) more had to be taken, so that none is "
          + "put off for ever")
    }
    return lines + explanation.advice.map { "  advice: \($0)" }
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  private var table: [String] {
    if explanation.couplings.isEmpty { return [] }
    var rows = [["share", "states", "between", "and", "because of"]]
    for coupling in explanation.couplings {
      rows.append([
        "\(explanation.percent(of: coupling))%", "\(coupling.states)", coupling.first,
        coupling.second, coupling.place,
      ])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        if column == row.count - 1 { return text }
        return column < 2 ? space + text : text + space
      }
      return "  " + cells.joined(separator: "  ")
    }
  }
}
