/// An error that can explain itself to an operator.
///
/// A target throws its own small enum; the file `<Error>+Diagnosis.swift` beside it conforms it to
/// this protocol, and no other place turns failures into prose.
package protocol Diagnosable: Error {
    /// The failure as what, why and fix.
    var diagnosis: Diagnosis { get }
}

extension Error {
    /// Why, in one line, also of an error that cannot explain itself.
    package var why: String { (self as? any Diagnosable)?.diagnosis.why ?? "\(self)" }
}
