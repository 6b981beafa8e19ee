import FoundationEssentials
import HTTP
import Testing

/// RFC 9110 §5.6.7: IMF-fixdate.
///
/// The moments were computed with `date -u +%s`.
@Suite struct HTTPDateTests {
    @Test(
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Tue, 19 Jan 2038 03:14:08 GMT", 2_147_483_648),
            ("Sun, 07 Feb 2106 06:28:16 GMT", 4_294_967_296),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ]
    )
    func `a date is the moment that it names`(text: String, seconds: Int) {
        #expect(HTTPDate.parse(text) == Date(timeIntervalSince1970: Double(seconds)))
    }

    @Test func `a leap second is the moment after it`() {
        let leap = HTTPDate.parse("Sat, 31 Dec 2016 23:59:60 GMT")
        #expect(leap == HTTPDate.parse("Sun, 01 Jan 2017 00:00:00 GMT"))
    }

    @Test func `every day of 130 years is one day after the day before`() {
        let names = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var expected = 0.0
        for year in 1970..<2100 {
            let february = year % 4 == 0 ? 29 : 28
            let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (name, length) in zip(names, lengths) {
                for day in 1...length {
                    let digits = day < 10 ? "0\(day)" : "\(day)"
                    let date = HTTPDate.parse("Mon, \(digits) \(name) \(year) 00:00:00 GMT")
                    #expect(date?.timeIntervalSince1970 == expected)
                    expected += 86_400
                }
            }
        }
    }

    @Test(
        arguments: [
            "Fri, 30 Feb 2024 00:00:00 GMT", "Wed, 29 Feb 2023 00:00:00 GMT",
            "Mon, 29 Feb 2100 00:00:00 GMT", "Thu, 31 Apr 2026 00:00:00 GMT",
            "Thu, 00 Jan 1970 00:00:00 GMT", "Thu, 32 Jan 1970 00:00:00 GMT",
            "Thu, 01 Foo 1970 00:00:00 GMT", "Thu, 01 jan 1970 00:00:00 GMT",
            "Thu, 01 Jan 1970 24:00:00 GMT", "Thu, 01 Jan 1970 00:60:00 GMT",
            "Thu, 01 Jan 1970 00:00:61 GMT",
        ]
    )
    func `a day or time that no calendar has is no date`(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test(arguments: ["1969", "0000", "10000", "99999999999999999999", "-1970", "70"])
    func `a year is from 1970 to 9999`(year: String) {
        #expect(HTTPDate.parse("Thu, 01 Jan \(year) 00:00:00 GMT") == nil)
    }

    @Test(
        arguments: [
            "", "GMT", "now", "1000", "1994-11-06T08:49:37Z", "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000", "Sun,  06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov +1994 08:49:37 GMT", "Sun, 06 Nov 1994 +8:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, ٠٦ Nov 1994 08:49:37 GMT",
        ]
    )
    func `any other form is no date`(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }
}
