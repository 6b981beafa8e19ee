import Settings
import Testing

/// `http01` in certctl.conf, `--http01` on the command line.
@Suite struct HTTP01ModeTests {
    @Test(arguments: ["auto", "service", "proxied", "standalone", "webroot:/srv/www"])
    func `a mode is read and written in one form`(_ text: String) {
        #expect(HTTP01Mode(text)?.description == text)
    }

    @Test(arguments: ["", "Auto", "webroot", "webroot:", "nginx", "standalone "])
    func `anything else is no mode`(_ text: String) {
        #expect(HTTP01Mode(text) == nil)
    }
}
