// swift-tools-version: 6.1
import PackageDescription

// Data goes one way: a target knows those above it in this list, never those below.
// What each one is for stands in README.md, "The house".

let modules: [Target] = [
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels"),
    .target(name: "CDecisions"),
    .target(name: "CSentencePiece", linkerSettings: [.linkedLibrary("sentencepiece")]),
    .target(
        name: "CGnuplot",
        linkerSettings: [
            .linkedLibrary("boost_iostreams"), .linkedLibrary("boost_system"), .linkedLibrary("boost_filesystem"),
        ]),

    .target(name: "Files", dependencies: ["CZlib", .product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "Descriptions", dependencies: ["Files"]),
    .target(name: "Kernels", dependencies: ["CKernels"]),
    .target(
        name: "Tokenizers",
        dependencies: ["CSentencePiece", "Files", .product(name: "HeapModule", package: "swift-collections")]),
    .target(name: "Checkpoints", dependencies: ["Files", "Descriptions"]),
    .target(name: "Inference", dependencies: ["Kernels", "Checkpoints", "Descriptions"]),
    .target(
        name: "Traces", dependencies: ["CDecisions", "Files", "Descriptions"], exclude: ["Format.md", "Import.md"]),
    .target(
        name: "Recording", dependencies: ["Inference", "Tokenizers", "Traces", "Checkpoints", "Files", "Descriptions"]),
    .target(
        name: "Capacity",
        dependencies: [
            "Traces", "Files", "Descriptions",
            .product(name: "HeapModule", package: "swift-collections"),
            .product(name: "DequeModule", package: "swift-collections"),
            .product(name: "Histogram", package: "hdrhistogram-swift"),
        ],
        resources: [.copy("Resources/gpus"), .copy("Resources/models"), .copy("Resources/measurements")]),
    .target(name: "Comparison", dependencies: ["Traces", "Capacity", "Files", "Descriptions"]),
    .target(
        name: "Reports",
        dependencies: [
            "Comparison", "Capacity", "Traces", "Files", "Descriptions", "CGnuplot",
            .product(name: "Mustache", package: "swift-mustache"),
        ],
        resources: [.copy("Resources/templates")]),
    .target(
        name: "BundledModels", dependencies: ["Files"],
        resources: [.copy("Resources/models"), .copy("Resources/prompts")]),
    .target(
        name: "Workbench",
        dependencies: [
            "Recording", "Inference", "Kernels", "CKernels", "Checkpoints", "Tokenizers", "Capacity", "Comparison",
            "Reports", "BundledModels", "Traces", "Files", "Descriptions",
        ]),
    .executableTarget(
        name: "headroom",
        dependencies: [
            "Workbench", "Recording", "Inference", "Capacity", "Comparison", "Reports", "Traces", "Tokenizers",
            "Checkpoints",
            "BundledModels", "Files", "Descriptions",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ]),
]

func tests(_ module: String, _ others: Target.Dependency..., resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(module)Tests", dependencies: [.byName(name: module), "TestSupport"] + others, resources: resources)
}

let suites: [Target] = [
    .target(
        name: "TestSupport",
        dependencies: ["Files", "Descriptions", "Checkpoints", "Traces", "Inference", "BundledModels", "Comparison"],
        path: "Tests/TestSupport"),
    .target(
        name: "Fuzzing",
        dependencies: [
            "TestSupport", "Recording", "Tokenizers", "Traces", "Checkpoints", "BundledModels", "Files", "Descriptions",
        ],
        path: "Tests/Fuzzing"),
    .executableTarget(
        name: "fuzz",
        dependencies: [
            "Fuzzing", "TestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        path: "Tests/fuzz"),
    tests("Fuzzing"),
    tests("CGnuplot"),
    tests("Files"),
    tests("Descriptions"),
    tests("Kernels", "CKernels"),
    tests("Tokenizers", "BundledModels", "CSentencePiece", resources: [.copy("Fixtures")]),
    tests("Checkpoints"),
    tests("Inference", "BundledModels", resources: [.copy("Fixtures")]),
    tests("Traces"),
    tests("Recording", "BundledModels"),
    tests("Capacity"),
    tests("Comparison"),
    tests("Reports"),
    tests("Workbench", "BundledModels", "Capacity", "Comparison"),
    tests("headroom"),
]

let package = Package(
    name: "Headroom",
    products: [.executable(name: "headroom", targets: ["headroom"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: modules + suites,
    cxxLanguageStandard: .cxx17
)
