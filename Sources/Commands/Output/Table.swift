/// Rows in columns as wide as their widest cell.
enum Table {
    /// Lays out `rows` below `header`; the last column is not padded.
    static func text(header: [String], rows: [[String]]) -> String {
        let lines = [header] + rows
        let widths = header.indices.map { column in
            lines.map { $0[column].count }.max() ?? 0
        }
        return lines.map { line(of: $0, widths) }.joined()
    }

    private static func line(of cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).enumerated().map { index, cell in
            let (text, width) = cell
            return index == widths.count - 1
                ? text : text + String(repeating: " ", count: width - text.count)
        }
        return padded.joined(separator: "  ") + "\n"
    }
}
