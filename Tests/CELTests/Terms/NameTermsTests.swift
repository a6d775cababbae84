import Testing

@testable import CEL

/// Names that are not known: their form, and when two of them are the same.
@Suite struct NameTermsTests {
  private let terms = TermTable()
  private let label = "^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$"

  private func names(_ patterns: [String]) throws -> (NameTerms, [TermID]) {
    let symbols = patterns.indices.map { terms.symbol("s\($0)", .string) }
    let assumptions = try zip(symbols, patterns).map {
      terms.matches($0, try RegularExpression($1))
    }
    return (NameTerms(terms, assuming: [terms.all(assumptions)]), symbols)
  }

  @Test(arguments: [
    ("^[a-z]{1,9}$", true), ("^[a-z][a-z0-9-]{0,8}$", false), ("^[a-z]*$", false),
    ("^[a-z]+$", false), ("[a-z]{1,9}$", false), ("^[a-zA-Z]{1,9}$", false),
    ("^[0-9]{1,9}$", false),
    ("^[a-z]{1,64}$", false), ("^(a|bc)$", true), ("^(ab){1,3}$", true), ("^a.c$", false),
  ])
  func theFormOfASymbol(_ pattern: String, _ hasOneForm: Bool) throws {
    let (names, symbols) = try names([pattern])
    #expect(names.hasOneForm(symbols[0]) == hasOneForm)
  }

  @Test func theFormOfAConcatenation() throws {
    let (names, symbols) = try names([label, label])
    func joined(_ parts: String...) -> TermID {
      terms.concatenation(
        parts.map { part in
          part == "0" ? symbols[0] : part == "1" ? symbols[1] : terms.string(part)
        })
    }
    #expect(names.hasOneForm(joined("0", "-", "1")))
    #expect(names.hasOneForm(joined("0", ".", "1")))
    #expect(names.hasOneForm(joined("db-", "0")))
    #expect(!names.hasOneForm(joined("0", "..", "1")))
    #expect(!names.hasOneForm(joined("0", "-")))
    #expect(!names.hasOneForm(joined("0", "-.", "1")))
    #expect(!names.hasOneForm(joined("1-", "0")))
    #expect(!names.hasOneForm(joined("0", "_", "1")))
  }

  /// Against all short texts: the condition holds where the texts are the same.
  @Test func equalityIsThatOfTexts() throws {
    let (names, symbols) = try names([label, label, label])
    let (u, v, w) = (symbols[0], symbols[1], symbols[2])
    func joined(_ parts: TermID...) -> TermID { terms.concatenation(parts) }
    let (dash, dot) = (terms.string("-"), terms.string("."))
    let all = [
      u, joined(u, dash, v), joined(v, dash, u), joined(u, dot, v), joined(w, dot, w),
      joined(u, v), joined(u, dash, v, dash, w), terms.string("a"), terms.string("a-b"),
      terms.string("a.b"), terms.string("a-b-a"), terms.string("first"),
    ]
    let texts = ["a", "b", "ab", "a-b", "b-a", "a-b-a"]
    for left in all {
      for right in all {
        let condition = names.areEqual(left, right)
        for one in texts {
          for two in texts {
            for three in texts {
              let values: Valuation = [0: .string(one), 1: .string(two), 2: .string(three)]
              let isSame =
                terms.evaluate(left, values).string == terms.evaluate(right, values).string
              #expect(
                terms.holds(condition, values) == isSame,
                "\(terms.text(left)) \(terms.text(right)) \(values)")
            }
          }
        }
      }
    }
    // What no text can decide is no question for a solver.
    #expect(names.areEqual(joined(u, dot, v), joined(u, dash, v)) == .never)
    #expect(names.areEqual(joined(u, dot, v), terms.string("kube-root-ca.crt")) != .always)
    #expect(names.areEqual(joined(u, dash, v), terms.string("kube-root.ca")) == .never)
    #expect(
      names.areEqual(joined(u, dot, v), joined(w, dot, v)) == terms.stringEquals(u, w))
  }
}
