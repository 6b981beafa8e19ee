package import FoundationEssentials
import Platform

/// When to look at which lineage again, so that a run with nothing due reads one file and not ten
/// thousand.
///
/// It is a cache: without it every lineage is looked at, and the answer is the same.
package struct Schedule: Equatable, Sendable {
    /// The first words of the file; raised with every change of the form.
    fileprivate static let mark = Array("certctl-schedule-2".utf8)

    /// When to look at each lineage.
    package var looks: [LineageName: Date]
    /// Those that are due and were not renewed: they are not tried again before that moment.
    package var held: Set<LineageName>
    /// When the directory of lineages was read last: what was put there by other means than certctl
    /// is found then.
    package let listed: Date
    /// When it was written.
    package let written: Date

    package init(
        looks: [LineageName: Date],
        held: Set<LineageName> = [],
        listed: Date,
        written: Date
    ) {
        self.looks = looks
        self.held = held
        self.listed = listed
        self.written = written
    }

    /// How the schedule stands at a moment.
    package struct Glance: Equatable, Sendable {
        /// How many lineages there are in it.
        package let count: Int
        /// Whether any of them is to be looked at now.
        package let isAnyDue: Bool
        /// Whether any of those that are not to be looked at now is due, and held back.
        package let isAnyHeld: Bool
        /// Of those that are not: which comes first, and when.
        package let next: (name: LineageName, moment: Date)?
        /// When the directory of lineages was read last.
        package let listed: Date
        /// When the schedule was written.
        package let written: Date

        package static func == (one: Glance, other: Glance) -> Bool {
            one.count == other.count && one.isAnyDue == other.isAnyDue
                && one.isAnyHeld == other.isAnyHeld && one.next?.name == other.next?.name
                && one.next?.moment == other.next?.moment
                && one.listed == other.listed && one.written == other.written
        }
    }
}

/// The file, as bytes: most runs need no more of it than a glance.
package struct ScheduleFile: Sendable {
    private let bytes: [UInt8]
    private let header: Header

    private struct Header {
        let written: Int
        let listed: Int
        let count: Int
    }

    /// A line about one lineage.
    private struct Line {
        let look: Int
        let name: ArraySlice<UInt8>
        let isHeld: Bool
    }

    /// Stands behind the name of a lineage that is held back.
    private static let heldMark = Array(" held".utf8)

    /// Takes the bytes of a schedule; `nil` where they are damaged.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let words = CheckedLine.words(bytes[..<end]), words.count == 4,
            words[0].elementsEqual(Schedule.mark),
            let written = CheckedLine.number(words[1]),
            let listed = CheckedLine.number(words[2]),
            let count = CheckedLine.number(words[3]), count >= 0
        else { return nil }
        header = Header(written: written, listed: listed, count: count)
        self.bytes = Array(bytes[(end + 1)...])
    }

    /// The schedule as bytes.
    static func encode(_ schedule: Schedule) -> [UInt8] {
        var bytes = CheckedLine.encode(
            "\(String(decoding: Schedule.mark, as: UTF8.self)) \(schedule.written.wholeSeconds) "
                + "\(schedule.listed.wholeSeconds) \(schedule.looks.count)"
        )
        bytes.reserveCapacity(64 * (schedule.looks.count + 1))
        for (name, look) in schedule.looks.sorted(by: { $0.key < $1.key }) {
            let isHeld = schedule.held.contains(name)
            CheckedLine.append(words(name, look, isHeld: isHeld), to: &bytes)
        }
        return bytes
    }

    /// A line that is added to the file.
    static func line(_ name: LineageName, _ look: Date) -> [UInt8] {
        CheckedLine.encode(words(name, look, isHeld: false))
    }

    private static func words(_ name: LineageName, _ look: Date, isHeld: Bool) -> String {
        let mark = isHeld ? String(decoding: heldMark, as: UTF8.self) : ""
        return String(look.wholeSeconds) + " " + name.description + mark
    }

    /// How it stands at `now`; `nil` where a line is damaged or lines are missing.
    package func glance(at now: Date) -> Schedule.Glance? {
        let moment = now.wholeSeconds
        var isAnyDue = false
        var isAnyHeld = false
        var next: Line?
        let isWhole = read { line in
            if line.look <= moment {
                isAnyDue = true
                return
            }
            if line.isHeld { isAnyHeld = true }
            if line.look < next?.look ?? .max { next = line }
        }
        guard isWhole else { return nil }
        return Schedule.Glance(
            count: header.count,
            isAnyDue: isAnyDue,
            isAnyHeld: isAnyHeld,
            next: next.flatMap { line in
                Self.name(line).map { ($0, Date(timeIntervalSince1970: Double(line.look))) }
            },
            listed: Date(timeIntervalSince1970: Double(header.listed)),
            written: Date(timeIntervalSince1970: Double(header.written))
        )
    }

    /// All of it; `nil` where a line is damaged or lines are missing.
    package func schedule() -> Schedule? {
        var looks: [LineageName: Date] = [:]
        // A line has more than eight bytes, whatever the header says.
        looks.reserveCapacity(min(header.count, bytes.count / 8))
        var held: Set<LineageName> = []
        var isNamed = true
        let isWhole = read { line in
            guard let name = Self.name(line) else {
                isNamed = false
                return
            }
            looks[name] = Date(timeIntervalSince1970: Double(line.look))
            if line.isHeld { held.insert(name) } else { held.remove(name) }
        }
        guard isWhole, isNamed else { return nil }
        return Schedule(
            looks: looks,
            held: held,
            listed: Date(timeIntervalSince1970: Double(header.listed)),
            written: Date(timeIntervalSince1970: Double(header.written))
        )
    }

    /// The lineages that were added since it was written, to be looked at soon; of what is damaged
    /// nothing is told.
    package func added() -> [LineageName] {
        var start = bytes.startIndex
        for _ in 0..<header.count {
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return [] }
            start = end + 1
        }
        return bytes[start...].split(separator: UInt8(ascii: "\n"))
            .compactMap { Self.line($0).flatMap(Self.name) }
    }

    private static func name(_ line: Line) -> LineageName? {
        LineageName(String(decoding: line.name, as: UTF8.self))
    }

    /// Reads a line without its end; `nil` where it is damaged.
    private static func line(_ bytes: ArraySlice<UInt8>) -> Line? {
        guard let text = CheckedLine.text(bytes),
            let space = text.firstIndex(of: UInt8(ascii: " ")),
            let look = CheckedLine.number(text[..<space])
        else { return nil }
        let rest = text[(space + 1)...]
        let isHeld = rest.suffix(heldMark.count).elementsEqual(heldMark)
        return Line(
            look: look,
            name: isHeld ? rest.dropLast(heldMark.count) : rest,
            isHeld: isHeld
        )
    }

    /// Goes through the lines; of a lineage that has several the last one counts.
    ///
    /// Returns whether all are whole, and as many as there have to be.
    private func read(_ take: (Line) -> Void) -> Bool {
        var count = 0
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            guard let line = Self.line(bytes[start..<end]) else { return false }
            take(line)
            count += 1
            start = end + 1
        }
        // Behind the lines that were written together come those that were added.
        return start == bytes.endIndex && count >= header.count
    }
}

extension CertificateStore {
    /// Ten thousand lineages need half a megabyte.
    private static let scheduleLimit = 64 * 1024 * 1024

    /// The schedule's file; `nil` where there is none, or none that is whole.
    package func scheduleFile() throws -> ScheduleFile? {
        try contents(layout.schedule, limit: Self.scheduleLimit).flatMap(ScheduleFile.init)
    }

    /// Puts a schedule in the place of the one before.
    package func replace(_ schedule: Schedule) throws {
        try fileSystem.replaceFile(
            layout.schedule,
            ScheduleFile.encode(schedule),
            .privateFile,
            temporary: layout.temporarySchedule
        )
    }

    /// Has the next run look at a lineage: something about it is about to change.
    ///
    /// Added before the change, so that no crash leaves a schedule that looks too late. Without a
    /// schedule there is nothing to add to. Whoever deploys adds nothing: the file is somebody else's,
    /// and a kernel that protects shared directories lets even root not open it so
    /// (`fs.protected_regular`); what was deleted is missed by whoever looks at it next.
    package func lookSoon(at name: LineageName) throws {
        guard try role().keeps(.issuing) else { return }
        guard try fileSystem.status(layout.schedule)?.kind == .file else { return }
        let file = try fileSystem.open(layout.schedule, .appending(.privateFile))
        defer { fileSystem.closeQuietly(file) }
        let line = ScheduleFile.line(name, Date(timeIntervalSince1970: 0))
        // In one call: with O_APPEND, lines of several processes do not mix.
        _ = try fileSystem.write(file, line[...])
        try fileSystem.sync(file)
    }
}

extension Date {
    /// Seconds since 1970, as far as a calendar goes.
    var wholeSeconds: Int {
        Int(max(-1e14, min(timeIntervalSince1970, 1e14)).rounded(.down))
    }
}
