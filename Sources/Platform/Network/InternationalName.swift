import CLibCurl
import Glibc

/// Host names in other scripts than Latin, in the form that DNS has them in.
package enum InternationalName {
    /// The locale whose characters are in UTF-8 and that every C library has.
    private static let locale = "C.UTF-8"

    /// Returns a name with its labels as A-labels, such as `xn--bcher-kva.example`.
    ///
    /// libcurl does the work, with libidn2: it maps upper case and the other dots, and refuses what
    /// IDNA forbids.
    ///
    /// - Returns: `nil` for what cannot be a host name, and where libcurl was built without IDN.
    ///
    /// Source: RFC 5891 §4.
    package static func ascii(_ name: String) -> String? {
        guard let url = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(url) }
        // libidn2 reads the name in the locale's encoding.
        guard unsafe setlocale(LC_CTYPE, locale) != nil,
            unsafe curl_url_set(url, CURLUPART_SCHEME, "https", 0) == CURLUE_OK,
            unsafe curl_url_set(url, CURLUPART_HOST, name, 0) == CURLUE_OK
        else { return nil }
        var text: UnsafeMutablePointer<CChar>?
        let flags = UInt32(CURLU_PUNYCODE)
        guard unsafe curl_url_get(url, CURLUPART_HOST, &text, flags) == CURLUE_OK,
            let text = unsafe text
        else { return nil }
        defer { unsafe curl_free(text) }
        let ascii = unsafe String(cString: text)
        return ascii.utf8.allSatisfy { $0 < 0x80 } ? ascii : nil
    }
}
