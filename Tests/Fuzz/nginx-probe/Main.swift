import FoundationEssentials
import Glibc
import Nginx
import TestSupport

/// Holds the parser to its promises at length, and shows its judgement beside that of nginx.
@main enum Main {
    static func main() {
        let words = CommandLine.arguments.dropFirst()
        let numbers = words.dropFirst().compactMap { UInt64($0) }
        switch (words.first, numbers.count) {
        case ("trees", 2): checkTrees(count: numbers[0], seed: numbers[1])
        case ("edits", 2): checkEdits(count: numbers[0], seed: numbers[1])
        case ("soups", 2): printSoups(count: numbers[0], seed: numbers[1])
        case ("cases", _): printCases()
        case ("parse", _): judge(words.dropFirst())
        case ("bench", 1): Bench.run(lines: Int(clamping: numbers[0]))
        case ("edit", _) where words.count >= 4: InPlaceRun.edit(Array(words.dropFirst()))
        case ("undo", _) where words.count == 2: InPlaceRun.undo(Array(words.dropFirst()))
        default:
            print(
                """
                nginx-probe trees COUNT SEED | edits COUNT SEED | soups COUNT SEED | cases
                nginx-probe parse FILE… | bench LINES
                nginx-probe edit NGINX.CONF|dump:FILE UNDO DIRECTORY NAME… [--redirect] | undo UNDO
                """
            )
            exit(2)
        }
    }

    /// Round trips of random trees, of random spellings of them, and of random bytes.
    private static func checkTrees(count: UInt64, seed: UInt64) {
        let started = ContinuousClock.now
        var totals = RoundTrip.Totals()
        for tree in 0..<count {
            if let fault = RoundTrip.fault(ofSeed: seed &+ tree, &totals) {
                print("seed \(seed &+ tree): \(fault)")
                exit(1)
            }
        }
        print("\(totals) in \(ContinuousClock.now - started)")
    }

    /// In-place edits of random sites: twice, and back.
    private static func checkEdits(count: UInt64, seed: UInt64) {
        let started = ContinuousClock.now
        var totals = EditTrial.Totals()
        for number in 0..<count {
            if let fault = EditTrial.fault(ofSeed: seed &+ number, &totals) {
                print("seed \(seed &+ number): \(fault)")
                exit(1)
            }
        }
        print("\(totals) in \(ContinuousClock.now - started)")
    }

    /// Random entries of a `types` block, which takes any words: one in base64 a line.
    private static func printSoups(count: UInt64, seed: UInt64) {
        for number in 0..<count {
            var random = RandomConfiguration(seed: seed &+ number)
            print(Data(random.soup(ofUpTo: 24)).base64EncodedString())
        }
    }

    /// The cases that are known by name: verdict, `plain` or `foreign`, bytes in base64, name.
    private static func printCases() {
        for syntax in SyntaxCase.all {
            let verdict = syntax.verdict == .accepted ? "accept" : "refuse"
            let kind = syntax.isForeign ? "foreign" : "plain"
            print(verdict, kind, Data(syntax.bytes).base64EncodedString(), syntax.name)
        }
    }

    /// Says for each file `accept` if it is parsed and printed as it was, or `refuse` with line, column and rule.
    private static func judge(_ files: some Sequence<String>) {
        for path in files {
            guard let data = FileManager.default.contents(atPath: path) else {
                print("\(path): cannot be read")
                exit(2)
            }
            do throws(SyntaxError) {
                let file = try Parser.parse(Array(data))
                let isWhole = Printer.text(of: file) == Array(data)
                print("\(path): \(isWhole ? "accept" : "accepted, but printed otherwise")")
            } catch {
                print("\(path): refuse \(error.position): \(error.reason.explanation)")
            }
        }
    }
}
