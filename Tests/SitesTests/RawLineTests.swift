import Settings
import Sites
import Testing

/// What nginx says of a copy of `raw { }` is found where a person has written it.
@Suite struct RawLineTests {
    private static let settings = """
        # mine
        site a.test {
            to b:1;
            raw {

                etag on;
                location /x {
                    return 204;
                }
            }
        }
        site b.test { to b:2; raw { server_tokens on; } }
        site c.test { to b:3; raw { etag off; } }
        site d.test { to b:4; raw { etag off; } }

        """

    /// By number of the site, what is found for each line of its file.
    private func lines(_ number: Int) throws -> [RawLine?] {
        let sites = try Examples.sites(Self.settings)
        let files = try Examples.rendering(Self.settings).files
        let path = SiteRenderer.path(of: sites[number])
        let file = try #require(files.first { $0.path == path }).bytes
        let raw = try #require(sites[number].settings.raw)
        let count = String(decoding: file, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        ).count
        return (0...count + 1).map {
            RawLine($0, of: file, raw: raw, settings: Array(Self.settings.utf8))
        }
    }

    @Test func `each line of raw is found with its number, and no other line is`() throws {
        let found = try lines(0).compactMap(\.self)
        #expect(found.map(\.text) == ["etag on;", "location /x {", "return 204;", "}"])
        #expect(found.map(\.number) == [6, 7, 8, 9])
    }

    @Test func `a block on one line is found`() throws {
        let found = try lines(1).compactMap(\.self)
        #expect(found.map(\.text) == ["server_tokens on;"])
        #expect(found.map(\.number) == [12])
    }

    @Test func `of blocks that are the same only the text is told`() throws {
        let found = try lines(2).compactMap(\.self)
        #expect(found.map(\.text) == ["etag off;"])
        #expect(found.map(\.number) == [nil])
    }
}
