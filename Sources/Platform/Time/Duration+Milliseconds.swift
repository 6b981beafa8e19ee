extension Duration {
    /// This span in whole milliseconds, never negative, as `poll` and `epoll_wait` take it.
    ///
    /// Rounded up: otherwise they would return just before the moment, again and again.
    package var roundedUpToMilliseconds: Int32 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max / 1000) else { return Int32.max }
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(seconds * 1000 + fraction)
    }
}
