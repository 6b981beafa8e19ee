import FoundationEssentials
import Nginx

/// Shows how long a large configuration takes; nobody judges the figures here.
enum Bench {
    /// Reads a configuration of that many lines, in files of a hundred servers, three times.
    static func run(lines: Int) {
        let server = """
            server {
                listen 443 ssl;
                server_name %.test www.%.test;
                include /tls/nginx/%.conf;
                # A comment of the usual length, that says what the site is for.
                location / {
                    proxy_pass http://127.0.0.1:3000;
                    proxy_set_header Host $host;
                }
                location ~* "\\.(?:css|js)$" { expires 7d; }
            }

            """
        let linesOfServer = 11
        var files: [String: [UInt8]] = [:]
        var text = ""
        for number in 0..<lines / linesOfServer {
            text += server.split(separator: "%", omittingEmptySubsequences: false)
                .joined(separator: "name\(number)")
            files["/tls/nginx/name\(number).conf"] = []
            if number % 100 == 99 || number + 1 == lines / linesOfServer {
                files["/n/conf.d/\(number).conf"] = Array(text.utf8)
                text = ""
            }
        }
        files["/n/nginx.conf"] = Array("events { } http { include conf.d/*.conf; }".utf8)
        let bytes = files.values.reduce(0) { $0 + $1.count }
        print("\(lines) lines, \(bytes) bytes, \(files.count) files")
        for _ in 0..<3 { measure(files) }
    }

    private static func measure(_ files: [String: [UInt8]]) {
        do {
            let started = ContinuousClock.now
            let lookup = ConfigurationLookup(
                contents: { files[$0] },
                matches: { _ in files.keys.filter { $0.hasPrefix("/n/conf.d/") } }
            )
            let configuration = try Configuration(main: "/n/nginx.conf", lookup: lookup)
            let read = ContinuousClock.now
            let dump = configuration.order.reduce(into: [UInt8]()) { dump, path in
                dump += Array("# configuration file \(path):\n".utf8)
                dump += (files[path] ?? []) + [0x0A]
            }
            let made = ContinuousClock.now
            let other = try Configuration(dump: dump)
            let split = ContinuousClock.now
            let wish = SetCertificate(names: ["name7.test"], pair: "/p", tlsSettings: "/t")
            let plan = wish.plan(in: other)
            print(
                "\(configuration.servers.count) servers: files parsed and resolved in",
                "\(read - started), the output of nginx -T in \(split - made), an edit planned in",
                "\(ContinuousClock.now - split) (\(plan.edits.count) file)"
            )
        } catch {
            print("\(error)")
        }
    }
}
