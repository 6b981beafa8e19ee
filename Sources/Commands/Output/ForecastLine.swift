import FoundationEssentials
import Renewal

/// A line of JSON of `certctl forecast`: a certificate, a change, or a verdict; `kind` tells which.
///
/// Spans are in seconds.
struct ForecastLine: Encodable {
    let kind: String
    /// Of a certificate.
    var name: String?
    var authority: String?
    var profile: String?
    var notAfter: Date?
    var renewals: [Date]?
    /// Of a change.
    var date: Date?
    var change: String?
    var source: String?
    /// Of a change and of the cadence.
    var lifetime: Int?
    /// Of the cadence.
    var interval: Int?
    var left: Int?
    var tries: Int?
    var outage: Int?
    var isEnough: Bool?
    /// Of the load.
    var ordersInAnHour: Int?
    var ordersInAWeek: Int?
    /// Of a limit that would be reached.
    var limit: String?
    var scope: String?
    var size: Int?
    var span: Int?
    var count: Int?
    var from: Date?

    private init(_ kind: String) {
        self.kind = kind
    }

    static func lines(_ forecast: Forecast) -> [ForecastLine] {
        forecast.lines.map(certificate) + forecast.changes.map(change)
            + (forecast.cadence.map { [cadence($0)] } ?? []) + [load(forecast.moments)]
            + forecast.limitsMet.map(limit)
    }

    private static func certificate(_ certificate: Forecast.Line) -> ForecastLine {
        var line = ForecastLine("certificate")
        line.name = certificate.name
        line.authority = certificate.authority.name
        line.profile = certificate.authority.profile
        line.notAfter = certificate.notAfter
        line.renewals = certificate.renewals
        return line
    }

    private static func change(_ change: AnnouncedChange) -> ForecastLine {
        var line = ForecastLine("change")
        line.date = change.date
        line.change = change.text
        line.source = change.source
        line.lifetime = change.lifetime.map { Int($0) }
        return line
    }

    private static func cadence(_ cadence: Forecast.Cadence) -> ForecastLine {
        var line = ForecastLine("cadence")
        line.interval = Int(Forecast.interval)
        line.lifetime = Int(cadence.lifetime)
        line.left = Int(cadence.left)
        line.tries = cadence.tries
        line.outage = Int(cadence.outage)
        line.isEnough = cadence.isEnough
        return line
    }

    private static func load(_ moments: [Date]) -> ForecastLine {
        var line = ForecastLine("load")
        line.ordersInAnHour = Forecast.peak(of: moments, within: .hour)?.count ?? 0
        line.ordersInAWeek = Forecast.peak(of: moments, within: 7 * .day)?.count ?? 0
        return line
    }

    private static func limit(_ met: Forecast.LimitMet) -> ForecastLine {
        var line = ForecastLine("limit")
        line.authority = met.authority
        line.limit = met.limit.subject.rawValue
        line.scope = met.scope
        line.size = met.limit.size
        line.span = Int(met.limit.span)
        line.count = met.peak.count
        line.from = met.peak.start
        return line
    }
}
