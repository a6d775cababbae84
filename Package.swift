// swift-tools-version: 6.2
import PackageDescription

/// The settings of every target of ours: Swift 6, explicit existentials and imports, no warning passes.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// The settings of the modules that tests spend their time in: optimised in debug builds too, three
/// times as fast, with all their assertions.
let quick: [SwiftSetting] =
  strict + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

/// The settings of the modules on the search's hot path.
///
/// A tenth to a third of a search's time went into dynamic checks of exclusive access. The tests run
/// the debug build, which makes them all.
let hot: [SwiftSetting] =
  quick + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
  name: "kverify",
  products: [
    .executable(name: "kverify", targets: ["CLI"]),
    .executable(name: "kverify-bench", targets: ["Benchmarks"]),
    // Loaded into processes of hosts, and into nothing of ours.
    .library(name: "FrozenClock", type: .dynamic, targets: ["CFrozenClock"]),
    // Runs the processes of hosts, and ends them.
    .executable(name: "kverify-guardian", targets: ["Guardian"]),
    .executable(name: "race-check", targets: ["RaceCheck"]),
    .executable(name: "solver-check", targets: ["SolverCheck"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "CEL", swiftSettings: quick),
    .systemLibrary(
      name: "CZ3", path: "Sources/CZ3", pkgConfig: "z3", providers: [.apt(["libz3-dev"])]),
    .target(name: "CFrozenClock", path: "Sources/CFrozenClock"),
    .executableTarget(name: "Guardian", path: "Sources/Guardian"),
    .target(name: "Solver", dependencies: ["CEL", "CZ3"], swiftSettings: quick),
    .target(name: "Transitions", swiftSettings: quick),
    .target(name: "POR", dependencies: ["Transitions"], swiftSettings: hot),
    .target(
      name: "Model",
      dependencies: ["CEL", "Transitions", .product(name: "Yams", package: "Yams")],
      swiftSettings: hot),
    .target(
      name: "Bridge",
      dependencies: [
        "CEL", "Model",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "CLI",
      dependencies: [
        "CEL", "Solver", "Transitions", "POR", "Model", "Bridge",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "CEL", "Solver", "Transitions", "POR", "Model", "Bridge", "ScenarioKit", "ConformanceKit",
      ],
      path: "benchmarks/kverify-bench",
      swiftSettings: strict),
    .target(
      name: "ScenarioKit", dependencies: ["CEL", "Model"], path: "Tests/ScenarioKit",
      swiftSettings: strict),
    .target(
      name: "ConformanceKit", dependencies: ["CEL"], path: "Tests/ConformanceKit",
      swiftSettings: strict),
    .executableTarget(
      name: "RaceCheck", dependencies: ["POR", "Transitions"], path: "Tests/RaceCheck",
      swiftSettings: strict),
    .executableTarget(
      name: "SolverCheck", dependencies: ["CEL", "Solver"], path: "Tests/SolverCheck",
      swiftSettings: strict),
    .testTarget(name: "CELTests", dependencies: ["CEL"], swiftSettings: strict),
    .testTarget(name: "SolverTests", dependencies: ["Solver", "CEL"], swiftSettings: strict),
    .testTarget(name: "PORTests", dependencies: ["POR", "Transitions"], swiftSettings: strict),
    .testTarget(
      name: "ModelTests", dependencies: ["Model", "CEL", "Transitions", "POR", "ConformanceKit"],
      swiftSettings: strict),
    .testTarget(
      name: "BridgeTests", dependencies: ["Bridge", "Model", "CEL", "ConformanceKit"],
      swiftSettings: strict),
    .testTarget(
      name: "CLITests", dependencies: ["CLI", "Bridge", "Model", "CEL", "ScenarioKit"],
      swiftSettings: strict),
  ]
)
