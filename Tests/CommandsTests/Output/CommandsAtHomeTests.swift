import Testing

@testable import Commands

/// A fix that is typed as it stands acts on the store that the failure is about.
@Suite struct CommandsAtHomeTests {
    private func text(_ text: String, home: String? = "/srv/c") -> String {
        CommandsAtHome.text(text, home: home)
    }

    @Test func `a command gets the home behind its name`() {
        #expect(
            text("certctl renew a.test --force") == "certctl renew --home /srv/c a.test --force"
        )
        #expect(text("see them: certctl list") == "see them: certctl list --home /srv/c")
        #expect(
            text("then certctl deploy: only hooks run")
                == "then certctl deploy --home /srv/c: only hooks run"
        )
    }

    @Test func `each of several gets it, on whatever line`() {
        #expect(
            text("a: sudo certctl list; then\n`certctl show a.test`\n")
                == "a: sudo certctl list --home /srv/c; then\n`certctl show --home /srv/c a.test`\n"
        )
    }

    @Test(
        arguments: [
            "certctl asks the CA", "/etc/certctl list", "systemctl restart my-certctl list",
            "certctl help issue", "certctl.conf: apply it", "keep it with certctl list --home DIR",
        ]
    )
    func `what is no command of a store stays as it is`(words: String) {
        #expect(text(words) == words)
    }

    @Test func `one that has its home keeps that, and the others get theirs`() {
        #expect(
            text("certctl issue x --home DIR; or: certctl renew x")
                == "certctl issue x --home DIR; or: certctl renew --home /srv/c x"
        )
    }

    @Test func `without a home nothing is added`() {
        #expect(text("certctl list", home: nil) == "certctl list")
    }

    @Test func `a home that a shell would take apart is quoted`() {
        #expect(text("certctl list", home: "/my home") == "certctl list --home '/my home'")
        #expect(text("certctl list", home: "a'b") == #"certctl list --home 'a'\''b'"#)
    }

    @Test func `the home is found in both forms of the option`() {
        #expect(CommandsAtHome.home(in: ["list", "--home", "x"]) == "x")
        #expect(CommandsAtHome.home(in: ["--home=y", "list"]) == "y")
        #expect(CommandsAtHome.home(in: ["list", "--home"]) == nil)
        #expect(CommandsAtHome.home(in: ["list"]) == nil)
    }
}
