/// The directives of nginx that people write into a server block.
enum NginxDirectives {
    /// Families of directives by how their names begin.
    private static let prefixes = [
        "access_log", "add_header", "auth_", "client_", "fastcgi_", "grpc_", "gzip_", "http2",
        "http3", "keepalive_", "limit_", "log_", "lingering_", "large_client_", "memcached_",
        "open_file_cache", "proxy_", "quic_", "rewrite_", "satisfy", "scgi_",
        "secure_link", "send_timeout", "server_", "set_real_ip", "ssl_", "ssi_", "sub_", "tcp_",
        "types_", "underscores_", "uwsgi_",
    ]
    private static let names: Set = [
        "add_trailer", "aio", "alias", "autoindex", "break", "charset", "chunked_transfer_encoding",
        "default_type", "directio", "error_log", "error_page", "etag", "expires", "geo", "if",
        "if_modified_since", "include", "index", "internal", "listen", "map", "merge_slashes",
        "mirror", "port_in_redirect", "real_ip_header", "recursive_error_pages", "resolver",
        "resolver_timeout", "return", "rewrite", "root", "sendfile", "server", "set",
        "split_clients",
        "stub_status", "try_files", "types", "upstream", "userid", "valid_referers",
    ]

    /// Whether it is one of nginx's to the letter.
    static func isExact(_ name: String) -> Bool { names.contains(name) }

    /// Whether it is one of nginx's, and none of certctl.conf.
    static func contains(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }
}
