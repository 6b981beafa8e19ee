import CertificateStore
import FoundationEssentials
import Testing

@testable import Commands

/// `watch` for people, and for programs without JSON.
@Suite struct ObservationTextTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private let observations = [
        Observation(
            state: .renewNeverRan,
            level: .warning,
            message: "renew has never run",
            since: now
        ),
        Observation(
            lineage: "example.com",
            name: "www.example.com",
            address: "192.0.2.1:443",
            state: .current,
            level: .ok,
            message: "the stored certificate is served",
            notAfter: now + 86_400,
            since: now
        ),
    ]

    @Test func `on a terminal it is a table, with remarks below it`() {
        #expect(
            ObservationText.table(observations) == """
                NAME             ADDRESS        STATE            EXPIRES     SINCE
                -                -              renew-never-ran  -           2027-01-15
                www.example.com  192.0.2.1:443  current          2027-01-16  2027-01-15

                warning: this host: renew has never run

                """
        )
    }

    @Test func `where all is well there are no remarks`() {
        #expect(ObservationText.table([observations[1]]).split(separator: "\n").count == 2)
    }

    @Test func `elsewhere each is a line with its words in fixed places`() {
        #expect(
            ObservationText.lines(observations) == """
                warning  -  -  renew-never-ran  -  2027-01-15T08:00:00Z  renew has never run
                ok  www.example.com  192.0.2.1:443  current  2027-01-16T08:00:00Z  2027-01-15T08:00:00Z  the stored certificate is served

                """
        )
    }
}
