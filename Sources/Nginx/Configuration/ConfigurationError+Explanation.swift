extension ConfigurationError {
    /// What is wrong, for people, with the place.
    package var explanation: String {
        switch self {
        case .syntax(let file, let error):
            "\(file):\(error.position): \(error.reason.explanation)"
        case .byteOrderMark(let file): "\(file):1:1: a byte order mark stands before the directive"
        case .unreadable(let file, let reason): "\(file): \(reason)"
        case .missing(let file, nil): "there is no \(file)"
        case .missing(let file, let place?): "\(place): there is no \(file) to include"
        case .includeCycle(let file, let place): "\(place): \(file) includes itself here"
        case .tooDeep(let place, let limit):
            "\(place): includes and blocks are nested deeper than \(limit)"
        case .tooLarge(let limit): "with all that is included there are over \(limit) directives"
        case .notADump: "the output of nginx -T does not begin with '# configuration file'"
        case .ambiguousDump(let file, let line):
            "the output of nginx -T has \(file) twice, again in its line \(line)"
        }
    }

    /// What to do about it, for people.
    package var remedy: String {
        switch self {
        case .syntax(_, let error): error.reason.remedy
        case .byteOrderMark: "save the file as UTF-8 without it: nginx cannot read it either"
        case .unreadable: "let this user read it, or run as root"
        case .missing: "put it there, or take the include away"
        case .includeCycle: "take the include away: nginx cannot read it either"
        case .tooDeep, .tooLarge: "look for files that include each other many times"
        case .notADump: "run nginx -t, and mend what it says"
        case .ambiguousDump(let file, _):
            "in the file before, take away the comment '# configuration file \(file):'"
        }
    }
}
