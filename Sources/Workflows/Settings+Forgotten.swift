package import CertificateStore
import Settings

extension Settings {
    /// Whether an order that has not succeeded is nobody's any more: certctl.conf asks for no
    /// certificate of that name, as after its site was taken out.
    func hasForgotten(_ lineage: Lineage) -> Bool {
        lineage.current == nil && block(of: lineage.name) == nil
    }
}

extension ListCertificates {
    /// Those of `reports` that a CA was asked for in vain, and that certctl.conf does not ask for.
    package func forgotten(among reports: [LineageReport]) -> Set<LineageName> {
        // What is wrong with the file has been told when they were listed.
        guard let settings = try? SettingsLoader(services).load() else { return [] }
        let waiting = reports.filter { $0.state == .waiting }.map(\.lineage)
        return Set(waiting.filter(settings.hasForgotten).map(\.name))
    }
}
