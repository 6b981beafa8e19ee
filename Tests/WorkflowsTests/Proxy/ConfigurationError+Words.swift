import Nginx

extension ConfigurationError {
    /// What nginx itself says of it, where certctl goes by that.
    ///
    /// Source: ngx_conf_file.c.
    var words: String {
        switch self {
        case .syntax(let file, let error):
            "unexpected end in \(file):\(error.position.line)"
        case .missing(let file, let place?):
            "open() \"\(file)\" failed (2: No such file or directory) in "
                + "\(place.file):\(place.position.line)"
        default: "\(self)"
        }
    }
}
