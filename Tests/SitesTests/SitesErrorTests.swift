import Diagnostics
import Nginx
import Sites
import Testing

/// Every error and every note says what, why and what to do, and lets no escape sequence through.
@Suite struct SitesErrorTests {
    private static let evil = "a\u{1B}[31m\nb"

    static let all: [SitesError] = [
        .withoutTLS, .unusableLineage(evil), .repeatedLineage("a"), .repeatedName("a"),
        .clash(name: "a.test", port: 80, file: evil), .hiddenDefault(port: 80, file: evil),
        .withoutDestination(site: "a"), .unguardedRegistry(site: "a"),
        .unresolvable(host: evil, site: "a"), .unusablePath(evil, .variable),
        .unusablePath("/a", .pattern), .unusablePath("/a", .colon), .unusablePath("a", .relative),
        .raw(site: "a", SyntaxError(.strayBrace, at: 0, in: [])),
        .repeatedLocation(evil, site: "a"), .unprintable(.zeroByte([0, 27])),
        .unprintable(.tooLong(Array(repeating: 97, count: 5000))),
        .unprintable(.wrongBody(of: [27])), .unprintable(.unbalancedLua([27])),
        .unprintable(.tooDeep(limit: 256)),
    ]

    @Test(arguments: all)
    func `an error explains itself in lines of its own`(error: SitesError) {
        let diagnosis = error.diagnosis
        for text in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!text.isEmpty && text.utf8.count < 500)
            #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
        #expect(diagnosis.exitCode == .configuration)
    }

    @Test func `a clash says where the other one is, and what else there is to do`() {
        let diagnosis = SitesError.clash(name: "a.test", port: 443, file: "/x.conf").diagnosis
        #expect(diagnosis.what == "a.test has a server on port 443 already")
        #expect(diagnosis.why.contains("/x.conf"))
        #expect(diagnosis.fix.contains("--in-place"))
    }

    static let notes: [SiteNote] = [
        .dividedByChance(site: "a", path: "/\u{1B}"), .notCached(site: "a"),
        .keepsDefault(port: 80, file: evil), .replacesDefault(port: 80, file: evil),
        .ownAddress(evil, port: 80, file: evil), .showsCertificate(site: "a"),
        .addressOfMany(site: "a"), .longName("a", in: .init(size: 64, place: evil), needed: 128),
    ]

    @Test(arguments: notes)
    func `a note is one line`(note: SiteNote) {
        let text = note.description
        #expect(!text.isEmpty)
        #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }
}
