/// What an engine knows of the networks of its containers.
extension EngineClient {
    /// The longest answer that makes sense, in bytes.
    private static let networksLimit = 16 << 20

    /// Lists the containers of these networks, those that do not run among them.
    func containers(inNetworks names: [String]) async throws(EngineError) -> [ContainerSummary] {
        let texts = names.map { "\"\($0.escapedForJSON)\"" }.joined(separator: ",")
        let path = versioned(
            "/containers/json",
            ["all": "true", "filters": "{\"network\":[\(texts)]}"]
        )
        return try await door.value(path, limit: Self.networksLimit).elements
            .compactMap(ContainerSummary.init)
    }

    /// The names that a container has in its networks beside its own, in lower case.
    func aliases(of container: ContainerSummary) async throws(EngineError) -> Set<String> {
        let path = versioned("/containers/\(container.id)/json")
        let facts = try await door.value(path, limit: Self.networksLimit)
        let networks = facts["NetworkSettings"]["Networks"].members.values
        // The second is what Docker has since API 1.44.
        let names = networks.flatMap { $0["Aliases"].texts + $0["DNSNames"].texts }
        return Set(names.map { $0.lowercased() })
    }
}
