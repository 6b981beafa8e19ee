import HTTP

/// Accounts, revocation and renewal information.
extension FakeCA {
    /// RFC 8555 §7.3.2 and §7.3.6.
    mutating func account(_ url: String, _ signed: SignedRequest) -> HTTPResponse {
        if let contact = signed.contact { contacts[url] = contact }
        if signed.status == "deactivated" { ended.insert(url) }
        let status = ended.contains(url) ? "deactivated" : "valid"
        let list = (contacts[url] ?? []).map { "\"\($0)\"" }.joined(separator: ",")
        return Self.json(#"{"status":"\#(status)","contact":[\#(list)]}"#)
    }

    /// RFC 8555 §7.3.5.
    mutating func changeKey(_ url: String, _ signed: SignedRequest) -> HTTPResponse {
        guard !behaviour.refusesKeyChange else {
            return Self.problem("unauthorized", "no", status: 403)
        }
        guard let change = signed.keyChange, change.account == url,
            accounts[change.oldKey] == url
        else { return Self.problem("malformed", "no key change of this account") }
        if let owner = accounts[change.newKey] {
            var conflict = Self.problem("malformed", "the key is in use", status: 409)
            conflict.headers.append("location", owner)
            return conflict
        }
        accounts[change.oldKey] = nil
        accounts[change.newKey] = url
        return Self.json(#"{"status":"valid"}"#)
    }

    /// RFC 8555 §7.6.
    mutating func revoke(_ signed: SignedRequest) -> HTTPResponse {
        guard let certificate = signed.certificate,
            signed.jwk != nil || signed.kid.map({ accounts.values.contains($0) }) == true
        else { return Self.problem("unauthorized", "who are you", status: 403) }
        guard revocations[certificate] == nil else {
            return Self.problem("alreadyRevoked", "that was done before")
        }
        revocations[certificate] = signed.reason ?? -1
        return HTTPResponse(status: 200)
    }

    /// RFC 9773 §4.
    func renewalInfo(_ arguments: [String]) -> HTTPResponse {
        guard arguments.count == 1, arguments[0].contains(".") else {
            return HTTPResponse(status: 404)
        }
        if let advice = behaviour.advice { return advice() }
        return Self.json(
            #"{"suggestedWindow":{"start":"2027-03-01T00:00:00Z","end":"2027-03-02T00:00:00Z"},"#
                + #""explanationURL":"https://ca.test/why"}"#
        )
    }
}
