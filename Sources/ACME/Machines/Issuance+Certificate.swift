import HTTP

/// The last answers: the certificate, and other chains for it.
///
/// Source: RFC 8555 §7.4.2.
extension Issuance {
    private static let mostDownloadAttempts = 4
    /// Let's Encrypt had two chains at most at a time.
    private static let mostAlternates = 10

    mutating func acceptCertificate(
        _ response: HTTPResponse,
        from url: WebURL
    ) throws(ACMEError) -> Action {
        if response.isSuccess {
            return accept(certificate: response)
        }
        // Some CAs publish the certificate a moment after they say that it is there.
        guard response.status == 404, downloadAttempts < Self.mostDownloadAttempts else {
            throw response.refusal
        }
        state = .pausingDownload(url)
        return .wait(.seconds(1))
    }

    private mutating func accept(certificate response: HTTPResponse) -> Action {
        // Source: RFC 8555 §7.4.2.
        let alternates = response.links("alternate").compactMap { target in
            WebURL(target, from: plan.directory.newOrder).flatMap {
                $0.origin == plan.directory.origin ? $0 : nil
            }
        }
        guard plan.wantsAlternates, !alternates.isEmpty else {
            state = .settled
            return .finish(pem: response.body)
        }
        state = .downloadingAlternates(pem: response.body)
        let posts = alternates.prefix(Self.mostAlternates).map { url in
            SignedPost.get(url, accept: Self.chainType)
        }
        return .postOptional(Array(posts))
    }
}
