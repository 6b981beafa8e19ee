import Glibc
import Platform
import Testing

@Suite struct DescriptorLimitTests {
    @Test func `the limit is raised to the hard one, and once is enough`() {
        var limit = rlimit()
        let once = DescriptorLimit.raise()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(limit.rlim_cur == limit.rlim_max)
        #expect(DescriptorLimit.raise() == once)
    }
}
