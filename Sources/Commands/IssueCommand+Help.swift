extension IssueCommand {
    static let discussion = """
        Each name has to lead to this machine, and the CA has to reach its port 80: certctl answers \
        the CA's question (http-01) itself for as long as the order takes.

        A certificate that is good and not yet due is left alone, unless forced; run daily, this \
        is a renewal. An option that is not given is as the certificate's last issue had it, else \
        the default. An order that was cut short is taken up again with the same key.

        When the CA has answered, the certificate is checked as if the CA were an enemy, stored, \
        and brought into use by the hooks.
        """

    static let examples = [
        CommandExample(
            line: "certctl issue example.com www.example.com --agree-tos",
            effect: "one certificate for two names, from Let's Encrypt"
        ),
        CommandExample(
            line: "certctl issue example.com --ca letsencrypt-staging --home try",
            effect: "a try that no browser trusts and no limit counts, all of it in the folder try"
        ),
    ]
}
