package import Nginx

/// A certctl.conf that cannot be used: all that is wrong with it, in the order of the file.
package struct SettingsError: Error, Equatable {
    /// One thing that is wrong, and the token that is at fault.
    package struct Finding: Equatable, Sendable {
        package let position: SourcePosition
        package let fault: SettingsFault

        package init(position: SourcePosition, fault: SettingsFault) {
            self.position = position
            self.fault = fault
        }

        /// From 1.
        package var line: Int { position.line }
        /// In bytes, from 1.
        package var column: Int { position.column }
    }

    /// The path of the file.
    package let file: String
    /// At least one.
    package let findings: [Finding]
    /// How many more there are.
    package let omitted: Int

    package init(file: String, findings: [Finding], omitted: Int = 0) {
        self.file = file
        self.findings = findings
        self.omitted = omitted
    }
}
