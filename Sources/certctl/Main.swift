import Commands
import Diagnostics
import Glibc

@main
enum Main {
    static func main() async {
        let code = await Run.main(Array(CommandLine.arguments.dropFirst()))
        exit(code.rawValue)
    }
}
