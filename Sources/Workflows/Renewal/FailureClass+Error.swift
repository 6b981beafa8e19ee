import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import HTTP01
import Platform
import Renewal
import Settings

/// What a failure means for when to try again.
struct FailureVerdict: Sendable {
    /// How long limits of accounts last where it is known, in seconds.
    static let longestAccountLimit: TimeInterval = 3 * .hour

    let failureClass: FailureClass
    /// When the CA allows or wishes the next try, as far as it has said.
    let until: Date?
    /// What the CA has said of a limit.
    private let detail: String
    /// Whether the error is one of talking with the CA.
    private var isOfTalk = false

    /// Judges what an order ended with at a CA whose clock is ahead by so many seconds.
    ///
    /// What this machine's clock was asked for is told by the CA's.
    init(_ error: any Error, skew: TimeInterval) {
        if case ACMEError.unreadableAnswer(let what, _) = error, what != Directory.subject {
            // The directory could be read: it is this order's, as far as can be known.
            self.init(.temporary)
            return
        }
        let verdict = FailureVerdict(error)
        self.init(
            verdict.failureClass,
            until: verdict.until?.addingTimeInterval(skew),
            verdict.detail
        )
        isOfTalk = verdict.isOfTalk
    }

    /// Judges what a question or an order ended with.
    init(_ error: any Error) {
        switch error {
        case let error as ACMEError:
            self.init(error)
            isOfTalk = true
        // certctl.conf is edited: no CA has been asked, and the next run reads it again.
        case is StoreError, is FileSystemError, is HTTP01Error, is SettingsError,
            is SettingsFileError:
            self.init(.local)
        case let error as any Diagnosable where error.diagnosis.exitCode == .configuration:
            self.init(.configuration)
        default: self.init(.temporary)
        }
    }

    private init(_ failureClass: FailureClass, until: Date? = nil, _ detail: String = "") {
        self.failureClass = failureClass
        self.until = until
        self.detail = detail
    }

    private init(_ error: ACMEError) {
        switch error {
        case .noAnswer(.hostNotFound, _): self.init(.network)
        case .noAnswer(.notTrusted(.roots, _), _): self.init(.configuration)
        case .busy(_, let until): self.init(.authority, until: until)
        case .noAnswer, .unreadableAnswer, .noncesRefused, .noNonce: self.init(.authority)
        case .rateLimited(let problem, let until):
            self.init(.rateLimited, until: until, problem.text)
        case .refused(let problem) where problem.kind == .rateLimited:
            self.init(.rateLimited, problem.text)
        case .termsNotAgreed, .actionRequired, .externalAccountRequired, .notOffered,
            .profileNotOffered, .keyInUse, .accountNotUsable, .challengeNotOffered, .foreignName:
            self.init(.configuration)
        case .refused(let problem):
            self.init(problem.isOfInput ? .configuration : .temporary)
        case .foreignURL, .unusableToken, .challengesFailed, .orderFailed, .orderGone, .notInTime:
            self.init(.temporary)
        }
    }

    /// Whether it shows that the CA is there and works.
    var isOfAnswer: Bool {
        switch failureClass {
        case .temporary, .configuration, .rateLimited: isOfTalk
        case .authority, .network, .local: false
        }
    }

    /// Whether the limit is one of these names, and not of the whole account.
    ///
    /// The CA says so, or it lasts long and the CA is one whose limits of accounts are known to fill up
    /// again within three hours.
    ///
    /// Source: Let's Encrypt's page on rate limits.
    func isOf(_ order: LimitedOrder, at now: Date) -> Bool {
        let names = order.names
        let subjects = names.flatMap { [$0, RegisteredDomain.guess($0)] } + ["exact set"]
        if subjects.contains(where: { detail.contains($0) }) { return true }
        guard let until else { return false }
        return order.authority.rateLimits != nil
            && until.timeIntervalSince(now) > Self.longestAccountLimit
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
