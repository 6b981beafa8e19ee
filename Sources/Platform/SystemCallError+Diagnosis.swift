package import Diagnostics

extension SystemCallError: Diagnosable {
    package var diagnosis: Diagnosis {
        Diagnosis(
            what: "the system refused what certctl needs to run",
            why: description,
            fix: "look at the limits of this process (`ulimit -a`) and at dmesg, then try again",
            exitCode: .configuration
        )
    }
}
