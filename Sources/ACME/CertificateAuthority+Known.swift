extension CertificateAuthority {
    /// What a CA is known to do otherwise than RFC 8555 and its peers.
    package struct Traits: Equatable, Sendable {
        /// The known CA that its rehearsals go to.
        var staging: String?
        /// Whether nobody trusts its certificates.
        package var isForTests = false
        /// Where its customers find the credentials for external account binding; `nil` where none
        /// are asked for.
        package var bindingAdvice: String?
        /// Whether an order comes to nothing without an e-mail address of the account.
        package var requiresEmail = false
        /// Whether the key of an account can be exchanged.
        package var changesKeys = true
        /// Whether a challenge that has an error stays `processing` although it has failed.
        package var hidesFailures = false
        /// The reasons for a revocation that it accepts.
        package var revocationReasons = RevocationReason.allCases
    }

    /// A CA that can be chosen by name.
    struct Known {
        let name: String
        let directory: String
        let traits: Traits

        /// The first one is the default.
        ///
        /// Source: the CAs' own documentation, state of November 2026.
        static let all = [
            Known(
                name: "letsencrypt",
                directory: "https://acme-v02.api.letsencrypt.org/directory",
                traits: Traits(
                    staging: "letsencrypt-staging",
                    revocationReasons: letsEncryptReasons
                )
            ),
            Known(
                name: "letsencrypt-staging",
                directory: "https://acme-staging-v02.api.letsencrypt.org/directory",
                traits: Traits(isForTests: true, revocationReasons: letsEncryptReasons)
            ),
            Known(
                name: "zerossl",
                directory: "https://acme.zerossl.com/v2/DV90",
                traits: Traits(
                    bindingAdvice: "make them in ZeroSSL's console under Developer; each pair "
                        + "can be used once",
                    changesKeys: false
                )
            ),
            Known(
                name: "google",
                directory: "https://dv.acme-v02.api.pki.goog/directory",
                traits: Traits(staging: "google-staging", bindingAdvice: googleAdvice)
            ),
            Known(
                name: "google-staging",
                directory: "https://dv.acme-v02.test-api.pki.goog/directory",
                traits: Traits(isForTests: true, bindingAdvice: googleAdvice)
            ),
            Known(
                name: "sslcom-ecc",
                directory: "https://acme.ssl.com/sslcom-dv-ecc",
                traits: sslcom
            ),
            Known(
                name: "sslcom-rsa",
                directory: "https://acme.ssl.com/sslcom-dv-rsa",
                traits: sslcom
            ),
            Known(
                name: "actalis",
                directory: "https://acme-api.actalis.com/acme/directory",
                traits: Traits(
                    bindingAdvice: "make them in Actalis' customer area",
                    hidesFailures: true
                )
            ),
        ]

        /// Source: Let's Encrypt's page on revocation.
        private static let letsEncryptReasons: [RevocationReason] = [
            .unspecified, .keyCompromise, .superseded, .cessationOfOperation,
        ]
        private static let googleAdvice =
            "make them with: gcloud publicca external-account-keys create; each pair can be used "
            + "once, within seven days"
        /// Without a contact finalizing ends in badCSR.
        private static let sslcom = Traits(
            bindingAdvice: "they are in SSL.com's portal under API credentials; an account with "
                + "funds is charged",
            requiresEmail: true,
            changesKeys: false
        )
    }
}
