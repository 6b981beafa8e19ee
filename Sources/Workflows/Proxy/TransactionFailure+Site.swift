import Deployment
import Nginx

extension TransactionFailure {
    /// The same with the site that was tried by itself, where nginx's words do not tell it: some of
    /// them name neither file nor line.
    func naming(site: String) -> TransactionFailure {
        guard case .rolledBack(let fault, let unsettled) = self,
            fault.step == .test || fault.step == .reload, !fault.reason.contains(site)
        else { return self }
        return .rolledBack(
            .init(fault.step, "site \(site): \(fault.reason)", fault.obstacle),
            unsettled: unsettled
        )
    }
}
