// swift-tools-version: 6.2
import PackageDescription

// The whole architecture on one page: a target names only targets of lower layers, and
// `--explicit-target-dependency-import-check error` (Makefile) makes the compiler hold it to that.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func layer(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name), "TestSupport"] + dependencies,
        swiftSettings: strict
    )
}

let package = Package(
    name: "certctl",
    targets: [
        // 0: C libraries, one header each.
        .systemLibrary(
            name: "CLibCrypto",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),
        .systemLibrary(
            name: "CLibCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .target(name: "CLinux"),

        // 1: vocabulary.
        layer("Diagnostics"),
        layer("HTTP"),

        // 2: pure: no network, no disk, no clock.
        layer("PKI", uses: ["CLibCrypto", "Diagnostics"]),
        layer("ACME", uses: ["Diagnostics", "HTTP", "PKI"]),
        layer("Renewal"),
        layer("Nginx"),
        layer("Settings", uses: ["ACME", "Diagnostics", "Nginx", "PKI"]),
        layer("Sites", uses: ["ACME", "Diagnostics", "Nginx", "PKI", "Settings"]),

        // 3: the only target that touches network, disk, clock, processes.
        layer("Platform", uses: ["CLibCurl", "CLinux", "Diagnostics", "HTTP"]),

        // 4: thin I/O around pure cores.
        layer("ACMEClient", uses: ["ACME", "Diagnostics", "HTTP", "PKI", "Platform"]),
        layer("HTTP01", uses: ["ACME", "CLinux", "Diagnostics", "Platform"]),
        layer("CertificateStore", uses: ["ACME", "Diagnostics", "PKI", "Platform", "Renewal"]),
        layer(
            "Deployment",
            uses: ["Diagnostics", "HTTP", "Nginx", "PKI", "Platform", "Settings"]
        ),

        // 5: what an operator asks for.
        layer(
            "Workflows",
            uses: [
                "ACME", "ACMEClient", "CertificateStore", "Deployment", "Diagnostics", "HTTP",
                "HTTP01", "Nginx", "PKI", "Platform", "Renewal", "Settings", "Sites",
            ]
        ),

        // 6: argv in, exit code out.
        layer(
            "Commands",
            uses: [
                "ACME", "CertificateStore", "Deployment", "Diagnostics", "HTTP01", "Nginx", "PKI",
                "Platform", "Renewal", "Settings", "Sites", "Workflows",
            ]
        ),
        .executableTarget(name: "certctl", dependencies: ["Commands"], swiftSettings: strict),

        // Tests mirror the sources.
        .target(
            name: "TestSupport",
            dependencies: ["ACME", "HTTP", "HTTP01", "Nginx", "PKI", "Platform"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "nginx-probe",
            dependencies: ["Nginx", "TestSupport"],
            path: "Tests/Fuzz/nginx-probe",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "site-probe",
            dependencies: ["ACME", "Diagnostics", "Nginx", "PKI", "Settings", "Sites"],
            path: "Tests/SystemTests/site-probe",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "deployment-probe",
            dependencies: [
                "CertificateStore", "Deployment", "Diagnostics", "Platform", "Settings",
            ],
            path: "Tests/SystemTests/deployment-probe",
            swiftSettings: strict
        ),
        .target(
            name: "Simulation",
            dependencies: [
                "ACME", "CertificateStore", "Diagnostics", "HTTP", "HTTP01", "PKI", "Platform",
                "Renewal", "TestSupport", "Workflows",
            ],
            path: "Tests/Simulation/Model",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "simulate",
            dependencies: ["Simulation"],
            path: "Tests/Simulation/simulate",
            swiftSettings: strict
        ),
        tests(of: "Diagnostics"),
        tests(of: "HTTP"),
        tests(of: "PKI", uses: ["CLibCrypto", "Diagnostics"]),
        tests(of: "ACME", uses: ["Diagnostics", "HTTP", "PKI"]),
        tests(of: "Renewal"),
        tests(of: "Nginx"),
        tests(of: "Settings", uses: ["ACME", "Diagnostics", "Nginx", "PKI"]),
        tests(of: "Sites", uses: ["ACME", "Diagnostics", "Nginx", "PKI", "Settings"]),
        tests(of: "Platform", uses: ["CLinux", "Diagnostics", "HTTP", "PKI"]),
        tests(of: "ACMEClient", uses: ["ACME", "Diagnostics", "HTTP", "PKI", "Platform"]),
        tests(of: "HTTP01", uses: ["ACME", "Diagnostics", "Platform"]),
        tests(of: "CertificateStore", uses: ["Diagnostics", "PKI", "Platform", "Renewal"]),
        tests(
            of: "Deployment",
            uses: ["Diagnostics", "HTTP", "Nginx", "PKI", "Platform", "Settings"]
        ),
        tests(
            of: "Workflows",
            uses: [
                "ACME", "CertificateStore", "Deployment", "Diagnostics", "HTTP", "HTTP01", "Nginx",
                "PKI", "Platform", "Renewal", "Settings",
            ]
        ),
        tests(
            of: "Commands",
            uses: [
                "ACME", "CertificateStore", "Diagnostics", "HTTP", "HTTP01", "PKI", "Platform",
                "Renewal", "Settings", "Workflows",
            ]
        ),
        tests(of: "Simulation", uses: ["ACME", "Renewal"]),
    ]
)
