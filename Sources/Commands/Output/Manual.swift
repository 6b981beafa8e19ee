import Diagnostics

/// The manual, certctl(8), made from the command table and the exit codes.
enum Manual {
    /// What `certctl help --man` prints: roff for the `man` macros.
    static var page: String {
        [
            Roff.title(["CERTCTL", "8", "", "certctl \(VersionCommand.version)"]),
            // Options and paths stay in one piece.
            ".nh\n.ad l\n",
            Roff.section("NAME"),
            Roff.text("certctl - get, keep and use TLS certificates of an ACME CA") + "\n",
            synopsis,
            description,
            Roff.section("COMMANDS"),
            CommandTable.commands.map(command).joined(),
            Roff.section("COMMON OPTIONS"),
            Roff.text("Every command takes these, also before its name.") + "\n",
            CommandOption.common.map(option).joined(),
            exitStatus,
            files,
            examples,
            Roff.section("SEE ALSO"),
            "\(Roff.bold("openssl"))(1), \(Roff.bold("nginx"))(8), \(Roff.bold("cron"))(8)\n",
            Roff.paragraph(
                "RFC 8555 describes ACME, the protocol that certctl speaks with the CA."
            ),
        ].joined()
    }

    private static var synopsis: String {
        Roff.section("SYNOPSIS")
            + "\(Roff.bold("certctl")) \(Roff.italic("COMMAND")) [\(Roff.italic("options"))]\n"
    }

    private static var description: String {
        let paragraphs = [
            """
            Standard output is the answer, standard error the story. A failure tells what could \
            not be done, why, and the next thing to type. With --json an answer is one object a \
            line. The lines come in no fixed order, and that of an error may stand anywhere among \
            them: two processes may have a share in a command.
            """,
            """
            The value of an option follows it as the next word, or after an equals sign. Two \
            hyphens alone end the options. Of the environment only DOCKER_HOST (and, for an \
            ordinary user, XDG_RUNTIME_DIR) is taken: where the container engine is.
            """,
        ]
        return Roff.section("DESCRIPTION")
            + Roff.bold("certctl") + "\n"
            + Roff.text(
                """
                gets TLS certificates from an ACME CA, keeps them so that no crash and no reader \
                ever meets a key that does not fit its certificate, and brings them into use.
                """
            ) + "\n"
            + paragraphs.map(Roff.paragraph).joined()
    }

    private static func command(_ command: any Command.Type) -> String {
        let discussion = Paragraph.paragraphs(of: command.discussion).map(Roff.paragraph)
        let actions = command.actions.map { Roff.item(Roff.bold($0.form), $0.summary) }
        return Roff.subsection(command.usage)
            + Roff.text(sentence(command.summary)) + "\n"
            + (discussion + actions + command.options.map(option)).joined()
    }

    private static func option(_ option: CommandOption) -> String {
        let value = option.value.map { " \(Roff.italic($0))" } ?? ""
        return Roff.item(Roff.bold(option.flag) + value, option.description)
    }

    private static var exitStatus: String {
        Roff.section("EXIT STATUS")
            + ExitCode.allCases.map { Roff.item(Roff.bold("\($0.rawValue)"), $0.meaning) }.joined()
    }

    private static var examples: String {
        let examples = CommandTable.commands.flatMap { $0.examples }
        return Roff.section("EXAMPLES")
            + examples.map { Roff.item(Roff.bold($0.line), $0.effect) }.joined()
    }

    /// A summary as a sentence of its own.
    private static func sentence(_ summary: String) -> String {
        summary.prefix(1).uppercased() + summary.dropFirst() + "."
    }
}
