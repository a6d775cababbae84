internal import ArgumentParser
internal import CEL
internal import Model

/// Prints the JSON Schema of the documents.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of Scenario and Controller documents.",
    discussion: """
      EXAMPLE:
        kverify schema > kverify.schema.json

      Editors complete and check with it, for example by a first line
      # yaml-language-server: $schema=kverify.schema.json
      """)

  func run() throws {
    Terminal.write(DocumentSchema.json.prettyText + "\n")
  }
}
