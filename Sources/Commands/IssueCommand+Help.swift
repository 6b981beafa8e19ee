extension IssueCommand {
    static let discussion = """
        Each name has to lead to this machine, and the CA has to reach its port 80. Who answers the \
        CA's question (http-01) there is said by --http01: certctl itself for as long as the order \
        takes (standalone), the service certctl respond, a web server that passes it on to either \
        (proxied) or serves files (webroot), or whatever fits (auto).

        A certificate that is good and not yet due is left alone, unless forced; run daily, this \
        is a renewal. An option that is not given is as certctl.conf has it for the name, else as the \
        certificate's last issue had it, else as certctl.conf has it for all, else the default. An \
        order that was cut short is taken up again with the same key.

        When the CA has answered, the certificate is checked as if the CA were an enemy, stored, \
        and brought into use by the hooks.
        """

    static let examples = [
        CommandExample(
            line: "certctl issue example.com www.example.com --agree-tos",
            effect: "one certificate for two names, from Let's Encrypt"
        ),
        CommandExample(
            line: "certctl issue example.com --dry-run",
            effect: "a rehearsal with Let's Encrypt's staging, which changes nothing"
        ),
        CommandExample(
            line: "certctl issue --each a.example,www.a.example b.example",
            effect: "two certificates side by side, the first for two names"
        ),
        CommandExample(
            line: "certctl issue example.com --ca letsencrypt-staging --home try",
            effect: "a try that no browser trusts and no limit counts, all of it in the folder try"
        ),
    ]
}
