package import Deployment
package import Platform
package import Settings

/// The way to the nginx that serves the sites.
package struct ProxyAccess: Sendable {
    /// Finds it at the place that the settings name, or wherever it is.
    ///
    /// Throws ``DeploymentError`` and ``EngineError``.
    let find: @Sendable (ProxySettings.Place?) async throws -> any NginxInstance
    /// Sees what is served.
    let probe: any TLSProbing
    /// Looks at files that are not certctl's, through links.
    let host: any HostView

    package init(
        probe: any TLSProbing,
        host: any HostView,
        find: @escaping @Sendable (ProxySettings.Place?) async throws -> any NginxInstance
    ) {
        self.probe = probe
        self.host = host
        self.find = find
    }
}
