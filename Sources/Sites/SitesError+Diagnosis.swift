package import Diagnostics
import Nginx

extension SitesError: Diagnosable {
    package var diagnosis: Diagnosis {
        let (what, why, fix) = explanation
        return Diagnosis(what: what, why: why, fix: fix, exitCode: .configuration)
    }

    private var explanation: (what: String, why: String, fix: String) {
        switch self {
        case .withoutTLS:
            (
                "this nginx cannot serve https", "it was built without http_ssl_module",
                "use an nginx that `nginx -V` shows --with-http_ssl_module of"
            )
        case .unusableLineage(let name):
            (
                "a certificate cannot be named \(name.harmless(limit: 200))",
                "the name stands in paths", "take lower-case letters, digits, dots and hyphens"
            )
        case .repeatedLineage(let name):
            (
                "two sites have the certificate \(name)", "each site has a certificate of its own",
                "write the names of both into one site, or give one another certificate's name"
            )
        case .repeatedName(let name):
            (
                "two sites are named \(name)", "nginx would heed only one of them",
                "take the name out of one of them"
            )
        case .clash(let name, let port, let file):
            (
                "\(name) has a server on port \(port) already",
                "it is in \(file.harmless()), and nginx would heed only one of the two",
                "take the name out of that server, or let certctl work in it: certctl issue "
                    + "\(name) --in-place, without a site of that name in certctl.conf"
            )
        case .hiddenDefault(let port, let file):
            (
                "a server without a name would be lost",
                "the one in \(file.harmless()) takes what no other takes on port \(port), "
                    + "but only for as long as it is the first",
                "write there: listen \(port) default_server;"
            )
        case .withoutDestination(let site):
            (
                "the site \(site) has nothing to serve", "it says nothing of where requests go",
                "write into its block: to HOST:PORT;"
            )
        case .unguardedRegistry(let site):
            (
                "anyone could write to the registry \(site)",
                "it has neither a password nor rules that end in `deny all;`",
                "add auth_basic_user_file, or `public;` where that is meant"
            )
        case .unresolvable(let host, let site):
            (
                "nginx would not find \(host.harmless()) of the site \(site)",
                "it is a name, and nginx has no resolver to ask",
                "write its address, or give nginx a nameserver in /etc/resolv.conf"
            )
        case .unusablePath(let path, let fault):
            (
                "nginx cannot be told of the path \(path.harmless())", Self.reason(fault),
                "take a path without it"
            )
        case .raw(let site, let error):
            (
                "raw { } of the site \(site) is no configuration: \(error.position)",
                error.reason.explanation, error.reason.remedy
            )
        case .repeatedLocation(let path, let site):
            (
                "the site \(site) has the location \(path.harmless()) twice",
                "once by itself, and once in raw { }", "take one of the two away"
            )
        case .unprintable(let error): Self.explanation(error)
        }
    }

    private static func reason(_ fault: PathFault) -> String {
        switch fault {
        case .variable: "it has a '$', where nginx would put a variable"
        case .pattern: "it has '*', '?' or '[', and nginx would look for many files"
        case .colon: "it has a ':', where nginx ends the path of a socket"
        case .relative: "it does not begin with '/'"
        }
    }

    private static func explanation(_ error: PrintError) -> (String, String, String) {
        switch error {
        case .zeroByte(let value):
            (
                "nginx cannot be told \(text(value))", "it has a NUL in it",
                "type it again, in plain letters"
            )
        case .tooLong(let value):
            (
                "nginx cannot be told \(text(value))", "it does not fit nginx's buffer",
                "take a shorter one"
            )
        case .wrongBody(let name), .unbalancedLua(let name):
            ("nginx cannot be told \(text(name))", "its block is another's", "say what you did")
        case .tooDeep(let limit):
            ("blocks are nested too deep", "more than \(limit)", "take some of them away")
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).harmless(limit: 60)
    }
}
