package import Renewal

extension RenewalCause {
    /// The cause in words.
    package var explanation: String {
        switch self {
        case .window: "the CA suggests it"
        case .signal: "the CA wants it at once"
        case .lifetime: "its lifetime is nearly over"
        case .emergency: "little is left of its lifetime"
        case .revoked: "the CA has called it back"
        case .lost: "its files are damaged or gone"
        case .demand: "it was asked for"
        case .begun: "an order was begun"
        }
    }
}
