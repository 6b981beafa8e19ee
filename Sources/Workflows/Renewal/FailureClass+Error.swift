import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import HTTP01
import Platform
import Renewal

/// What a failure means for when to try again.
struct FailureVerdict: Sendable {
    let failureClass: FailureClass
    /// When the CA allows or wishes the next try, as far as it has said.
    let until: Date?

    /// Judges what an order ended with.
    init(_ error: any Error) {
        switch error {
        case let error as ACMEError: self.init(error)
        case is StoreError, is FileSystemError, is HTTP01Error: self.init(.local)
        case let error as any Diagnosable where error.diagnosis.exitCode == .configuration:
            self.init(.configuration)
        default: self.init(.temporary)
        }
    }

    private init(_ failureClass: FailureClass, until: Date? = nil) {
        self.failureClass = failureClass
        self.until = until
    }

    private init(_ error: ACMEError) {
        switch error {
        case .noAnswer(.hostNotFound, _): self.init(.network)
        case .busy(_, let until): self.init(.authority, until: until)
        case .noAnswer, .unreadableAnswer, .noncesRefused, .noNonce: self.init(.authority)
        case .rateLimited(_, let until): self.init(.rateLimited, until: until)
        case .refused(let problem) where problem.kind == .rateLimited: self.init(.rateLimited)
        case .termsNotAgreed, .actionRequired, .externalAccountRequired, .notOffered,
            .profileNotOffered, .keyInUse, .accountNotUsable, .challengeNotOffered, .foreignName:
            self.init(.configuration)
        case .refused(let problem):
            self.init(problem.isOfInput ? .configuration : .temporary)
        case .foreignURL, .unusableToken, .challengesFailed, .orderFailed, .orderGone, .notInTime:
            self.init(.temporary)
        }
    }

    /// Whether the limit is one of the whole account: those fill up again within three hours, those
    /// of names take longer.
    ///
    /// Source: Let's Encrypt's page on rate limits.
    func isOfAccount(at now: Date) -> Bool {
        guard failureClass == .rateLimited, let until else { return false }
        return until.timeIntervalSince(now) <= 3 * .hour
    }
}

extension Problem {
    /// Whether the CA would say the same again to the same request.
    fileprivate var isOfInput: Bool {
        switch kind {
        case .badCSR, .badPublicKey, .externalAccountRequired, .invalidProfile, .malformed,
            .userActionRequired:
            true
        case .other(let name):
            ["rejectedIdentifier", "unsupportedIdentifier", "unsupportedContact", "invalidContact"]
                .contains(name)
        case .accountDoesNotExist, .alreadyReplaced, .alreadyRevoked, .badNonce,
            .badRevocationReason, .orderNotReady, .rateLimited, .unauthorized:
            false
        }
    }
}
