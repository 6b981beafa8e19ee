import CertificateStore

extension Manual {
    /// What certctl keeps on disk, in the words of an installed one.
    static var files: String {
        let system = StoreLayout.system
        let list = [
            (
                "\(system.configuration)/certctl.conf",
                "Settings, in nginx's syntax; may be missing."
            ),
            (
                system.preHooks,
                """
                Executables, run once before certificates come into use, in the order of their \
                names. One that fails keeps all of them from it.
                """
            ),
            (system.deployHooks, "Executables, run for each certificate that comes into use."),
            (
                system.postHooks,
                "Executables, run once afterwards, and for what certctl watch finds."
            ),
            ("\(system.state)/accounts", "The accounts at CAs and their keys."),
            (
                "\(system.state)/lineages/NAME",
                "How a certificate was asked for, and what an order that was cut short needs."
            ),
            ("\(system.state)/events.log", "What happened, one line of JSON an event."),
            (
                "\(system.state)/deploy",
                "What is pending and what has failed when certificates came into use, and its events."
            ),
            (system.watchStatus, "What `certctl watch` has seen last."),
            (system.watchMetrics, "The same as metrics, for node_exporter."),
            (system.tls, "The one directory to mount into a container, read-only."),
            (
                "\(system.tls)/gen/NAME/000042",
                """
                One generation of a certificate: privkey.pem, cert.pem, chain.pem, fullchain.pem \
                and manifest.json. It is never changed.
                """
            ),
            ("\(system.tls)/live/NAME", "A link to the generation in use."),
            (
                "\(system.tls)/nginx/NAME.conf",
                "What nginx includes: certificate and key of one generation."
            ),
            (
                "\(system.groups)/GID/NAME/000042",
                "Key and chain once more, where tls_group lets a group read them; nginx includes these."
            ),
            (system.challengeSocket, "What a proxy passes challenges to."),
            (system.controlSocket, "What hands answers to the service."),
        ]
        return Roff.section("FILES")
            + list.map { Roff.item(Roff.italic($0.0), $0.1) }.joined()
            + Roff.paragraph(
                """
                With --home DIR the configuration is in DIR/etc, the store in DIR/lib and the \
                sockets are in DIR/run.
                """
            )
    }
}
