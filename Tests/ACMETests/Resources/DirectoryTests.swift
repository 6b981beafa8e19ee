import ACME
import HTTP
import Testing

extension Directory {
    /// The directory of a CA at `ca.test` that does all as it should.
    static func good() throws -> Directory {
        try Directory(
            .json(
                """
                {"newNonce":"https://ca.test/new-nonce","newAccount":"https://ca.test/new-account",
                "newOrder":"https://ca.test/new-order","revokeCert":"https://ca.test/revoke-cert",
                "keyChange":"https://ca.test/key-change"}
                """
            ),
            at: url("https://ca.test/dir")
        )
    }
}

/// Corner case 19, cases P34 and P35 of the reliability catalogue; RFC 8555 §7.1.1.
@Suite struct DirectoryTests {
    private static let resources = """
        "newNonce":"https://ca.test/nonce","newAccount":"https://ca.test/account",
        "newOrder":"https://ca.test/order"
        """

    private func directory(_ json: String) throws -> Directory {
        try Directory(.json(json), at: url("https://ca.test/dir"))
    }

    @Test func `the resources are read from it`() throws {
        let directory = try directory("{\(Self.resources)}")
        #expect(directory.newNonce == url("https://ca.test/nonce"))
        #expect(directory.newAccount == url("https://ca.test/account"))
        #expect(directory.newOrder == url("https://ca.test/order"))
        #expect(directory.origin == origin)
    }

    @Test func `what meta says is read`() throws {
        let directory = try directory(
            """
            {\(Self.resources),"meta":{"termsOfService":"https://ca.test/terms",
            "externalAccountRequired":true}}
            """
        )
        #expect(directory.termsOfService == "https://ca.test/terms")
        #expect(directory.requiresExternalAccount)
    }

    @Test(
        arguments: [
            "", #","meta":null"#, #","meta":{}"#,
            #","meta":{"termsOfService":null,"externalAccountRequired":null}"#,
            #","meta":{"website":17,"caaIdentities":null,"profiles":[17]}"#,
            #","newAuthz":null,"renewalInfo":null,"revokeCert":null"#,
            #","a8dk3x":"https://community.letsencrypt.org/t/adding-random-entries","x":[1,{}]"#,
        ]
    )
    func `what is missing, null or unknown changes nothing`(members: String) throws {
        #expect(try directory("{\(Self.resources)\(members)}") == directory("{\(Self.resources)}"))
    }

    @Test(
        arguments: [
            "http://ca.test/nonce", "https://evil.test/nonce", "https://ca.test:8443/nonce",
            "https://user@ca.test/nonce", "/nonce", "nonce", "", "file:///etc/passwd",
            "https://127.0.0.1/nonce", "https://169.254.169.254/latest/meta-data/",
        ]
    )
    func `a resource on another server is refused, whichever it is`(foreign: String) {
        for field in ["newNonce", "newAccount", "newOrder"] {
            let members = ["newNonce", "newAccount", "newOrder"].map { name in
                #""\#(name)":"\#(name == field ? foreign : "https://ca.test/\(name)")""#
            }
            #expect(throws: ACMEError.foreignURL(field: field, value: foreign)) {
                try directory("{\(members.joined(separator: ","))}")
            }
        }
    }

    @Test(
        arguments: [
            "", "[]", "null", "\"directory\"", "<html><body>Log in to the hotel</body></html>",
            #"{"newNonce":"https://ca.test/nonce"}"#,
            #"{"newNonce":null,"newAccount":null,"newOrder":null}"#,
            #"{"newNonce":1,"newAccount":2,"newOrder":3}"#,
        ]
    )
    func `what is no directory is told by its beginning`(json: String) {
        #expect(throws: HTTPResponse.json(json).unreadable("a directory")) {
            try directory(json)
        }
    }
}
