/// Configurations of sites as people write them, in many forms and with many habits.
package struct RandomSites {
    private var generator: SeededGenerator
    private var lineEnd = "\n"
    private var indentation = "    "
    private var files: [String: String] = [:]

    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// A main file with servers in it, in `conf.d`, in `sites-enabled` and in snippets.
    package mutating func make() -> NginxFiles {
        var http = [
            "map $http_upgrade $up { default upgrade; listen 443; server_name a.test; }",
            "upstream back { server 127.0.0.1:1; }",
        ]
        if generator.oneIn(4) {
            http += ["ssl_certificate /h.pem;", "ssl_certificate_key /h.key;"]
        }
        if generator.oneIn(6) { http.append("ssl_protocols TLSv1.3;") }
        chooseForm()
        files["/etc/nginx/shared.inc"] = text([
            "ssl_certificate /s.pem;", "ssl_certificate_key /s.key;",
        ])
        for number in 0..<Int.random(in: 1...5, using: &generator) {
            chooseForm()
            let server = server(number)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: http.append(server)
            case 1: files["/etc/nginx/conf.d/\(number).conf"] = finished(server)
            default: files["/etc/nginx/sites-enabled/\(number)"] = finished(server)
            }
        }
        chooseForm()
        http += ["include conf.d/*.conf;", "include sites-enabled/*;"]
        files[NginxFiles.main] = finished(
            "events { }" + lineEnd + "stream { server { listen 443; } }" + lineEnd
                + block("http", http)
        )
        return NginxFiles(files)
    }

    private mutating func chooseForm() {
        lineEnd = generator.oneIn(4) ? "\r\n" : "\n"
        indentation = generator.pick(["    ", "  ", "\t", ""])
    }

    private mutating func finished(_ text: String) -> String {
        let head = generator.pick(["", "# a.test } ; {", "# \u{A0}ä \"'"])
        return head + (head.isEmpty ? "" : lineEnd) + text + (generator.oneIn(4) ? "" : lineEnd)
    }

    /// Directives one a line, some with comments and blanks, or all on one line.
    private mutating func text(_ directives: [String], depth: Int = 0) -> String {
        let isShort = depth > 0 && generator.oneIn(5)
        return directives.map { directive in
            let gap = isShort ? " " : String(repeating: indentation, count: depth)
            let tail = isShort ? "" : generator.pick(["", "", " # x", "  ", " # } {"]) + lineEnd
            let above = !isShort && generator.oneIn(8) ? lineEnd : ""
            return above + gap + directive + tail
        }.joined()
    }

    private mutating func block(_ name: String, _ directives: [String], depth: Int = 0) -> String {
        let head = generator.pick(["{", "{ # x"])
        let body = text(directives, depth: depth + 1)
        let isShort = !body.contains(where: \.isNewline)
        return name + " " + (isShort ? "{" : head + lineEnd) + body + (isShort ? " " : "") + "}"
    }

    private mutating func server(_ number: Int) -> String {
        var lines: [String] = []
        let usesTLS = generator.oneIn(2)
        lines += listens(usesTLS: usesTLS)
        lines += names(number)
        if usesTLS || generator.oneIn(8) { lines += certificates(number) }
        lines += extras()
        if generator.oneIn(3) { lines.shuffle(using: &generator) }
        if generator.oneIn(6) {
            let path = "/etc/nginx/body-\(number).inc"
            files[path] = text(lines)
            lines = ["include \(path);"]
        }
        return block("server", lines)
    }

    private mutating func listens(usesTLS: Bool) -> [String] {
        let plain = generator.pick([
            [], ["listen 80;"], ["listen 80;", "listen [::]:80;"],
            ["listen *:80;", "listen 127.0.0.1:8080;"],
        ])
        let tls = generator.pick([
            ["listen 443 ssl;"], ["listen 443 ssl http2;", "listen [::]:443 ssl http2;"],
            ["listen 443 ssl;", "listen 80;"], ["listen 127.0.0.1:443 ssl;"],
        ])
        return usesTLS ? tls : plain
    }

    private mutating func names(_ number: Int) -> [String] {
        generator.pick([
            ["server_name a.test;"], ["server_name a.test;"], ["server_name www.a.test a.test;"],
            ["server_name b\(number).test;"], ["server_name *.test;"],
            ["server_name \"~^(?<x>[a-z])\\.test$\";"], ["server_name .a.test;"], [],
            ["server_name A.TEST;"], ["server_name b\(number).test;", "server_name a.test;"],
        ])
    }

    private mutating func certificates(_ number: Int) -> [String] {
        let path = "/etc/nginx/own-\(number).inc"
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return []
        case 1: return ["include shared.inc;"]
        case 2:
            files[path] = text(["ssl_certificate /o.pem;", "ssl_certificate_key /o.key;"])
            return ["include \(path);"]
        case 3: return ["ssl_certificate /$ssl_server_name;", "ssl_certificate_key /k;"]
        case 4:
            return [
                "ssl_certificate /rsa;", "ssl_certificate_key /rsa;", "ssl_certificate /ec;",
                "ssl_certificate_key /ec;",
            ]
        default: return ["ssl_certificate \"/c \(number)\";", "ssl_certificate_key /k;"]
        }
    }

    private mutating func extras() -> [String] {
        let all = [
            "location / { proxy_pass http://back; }", "root /srv;", "return 301 https://$host$uri;",
            "location ~ /\\. { deny all; }", "if ($x) { set $y 1; }", "rewrite ^/old /new;",
            "content_by_lua_block { s = '}' --[[ } ]] }", "location ^~ /.well-known/ { }",
            "location /.well-known/acme-challenge/ { root /w; }", "set $x \"a;}{\";",
        ]
        return all.filter { _ in generator.oneIn(7) }
    }
}
