import Simulation

@main enum Main {
    static func main() async throws {
        try Bench.run()
    }
}
