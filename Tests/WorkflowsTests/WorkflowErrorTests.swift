import Diagnostics
import Testing

@testable import Workflows

/// Every failure tells what, why and the next thing to do, and ends with the exit code of its kind.
@Suite struct WorkflowErrorTests {
    private static let errors: [(any Diagnosable, ExitCode)] = [
        (WorkflowError.otherNames(lineage: "a", existing: ["a"], asked: ["b"]), .configuration),
        (WorkflowError.unusableLineageName("\u{1B}[2J"), .usage),
        (
            WorkflowError.inUse(lineage: "a", by: [.init("/etc/nginx/a.conf", .person)]),
            .configuration
        ),
        (WorkflowError.tooManyFiles(lineage: "a", below: "/etc/nginx"), .configuration),
        (WorkflowError.sameLineage("a"), .usage),
        (WorkflowError.notIssued(lineage: "a", names: ["b", "c\u{1B}"]), .configuration),
        (WorkflowError.noStaging(authority: "zerossl"), .usage),
        (
            WorkflowError.reasonNotAccepted("x", authority: "letsencrypt", accepted: ["y"]), .usage
        ),
        (WorkflowError.requestForNginx(lineage: "a", include: "/a.conf"), .configuration),
        (WorkflowError.keyNotHere(lineage: "a"), .configuration),
        (WorkflowError.revokedKey(lineage: "a"), .configuration),
        (WorkflowError.noCertificate(lineage: "a", reason: "it has none"), .configuration),
        (AccountError.noAccount(authority: "letsencrypt"), .configuration),
        (AccountError.otherKey(authority: "letsencrypt"), .configuration),
        (AccountError.emailRequired(authority: "sslcom-ecc"), .usage),
        (AccountError.bindingRequired(authority: "zerossl", advice: "make them"), .usage),
        (AccountError.unusableSecret(path: "/x\u{1B}", reason: "it is empty"), .configuration),
        (AccountError.keyChangeNotOffered(authority: "zerossl"), .refused),
        (AccountError.keyInRequest, .configuration),
    ]

    @Test(arguments: errors.indices)
    func `a failure tells what, why and a fix, and ends with its exit code`(index: Int) {
        let (error, code) = Self.errors[index]
        let diagnosis = error.diagnosis
        #expect(diagnosis.exitCode == code)
        for text in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!text.isEmpty)
            #expect(text == text.harmless(limit: .max))
        }
    }

    @Test func `a command that is told to a person has no words that a shell obeys`() {
        let error = WorkflowError.notIssued(lineage: "a.test", names: ["a.test", "$(id)", "b;c"])
        #expect(error.diagnosis.fix == "certctl issue a.test")
    }

    /// Nobody is to edit a file with "Do not edit" in it.
    @Test(
        arguments: [
            ("/etc/nginx/conf.d/certctl-a.test.conf:34:5", "a.test", false, "site remove a.test"),
            ("/etc/nginx/conf.d/certctl-a.test.conf", nil, false, "apply"),
            (
                "/etc/nginx/conf.d/certctl-01-default.conf:9:1", "a.test", false,
                "site remove a.test"
            ),
            ("/etc/nginx/conf.d/certctl-_http-a.conf:1:1", nil, true, "site undo a"),
            ("/etc/nginx/sites-enabled/shop:3:1", nil, true, "site undo a"),
        ] as [(String, String?, Bool, String)]
    )
    func `what uses a certificate is taken away by who has put it there`(
        place: String,
        site: String?,
        isEdited: Bool,
        command: String
    ) {
        let use = LineageUse(place, site: site, isEdited: isEdited)
        let fix = WorkflowError.inUse(lineage: "a", by: [use]).diagnosis.fix
        #expect(fix.hasPrefix("certctl \(command), then "))
        #expect(!fix.contains("take it out"))
    }

    @Test func `each who uses a certificate is named once`() {
        let places = [
            "/n/certctl-a.conf:1:1", "/n/certctl-a.conf:9:1", "/n/own:3:1", "/n/more:1:1",
        ]
        let uses = places.map { LineageUse($0, site: "a.test", isEdited: false) }
        #expect(
            WorkflowError.inUse(lineage: "a", by: uses).diagnosis.fix
                == "certctl site remove a.test, then certctl apply; take it out of /n/own:3:1, "
                + "/n/more:1:1 and reload nginx, then run the same command again; "
                + "--force deletes it all the same"
        )
    }
}
