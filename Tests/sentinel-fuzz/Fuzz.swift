import FoundationEssentials
import Glibc

#if FUZZING
    import CFuzzer
#endif

/// Feeds hostile inputs to what reads texts from outside, and stops where a promise about it is broken.
///
///     sentinel-fuzz SUBJECT [FILE|FOLDER…]   checks these inputs; built for libFuzzer (`make fuzz`), SUBJECT [OPTIONS] looks for more
///     sentinel-fuzz replay FOLDER            checks the inputs of every subject, which lie in FOLDER/SUBJECT
///     sentinel-fuzz seeds SUBJECT FOLDER     writes the inputs that the files under sources/ are good for
@main
enum Fuzz {
    private static let words = Array(CommandLine.arguments.dropFirst())
    private static let subject = words.first.flatMap { Subject(rawValue: $0) }

    static func main() throws {
        if let subject {
            try run(subject)
        } else if words.count == 2, words[0] == "replay" {
            for subject in Subject.allCases { try replay(subject, paths: ["\(words[1])/\(subject.rawValue)"]) }
        } else if words.count == 3, words[0] == "seeds", let subject = Subject(rawValue: words[1]) {
            try writeSeeds(of: subject, to: words[2])
        } else {
            let names = Subject.allCases.map(\.rawValue).joined(separator: "|")
            print("Usage: sentinel-fuzz \(names) [FILE|FOLDER…] | replay FOLDER | seeds SUBJECT FOLDER")
            throw Refused()
        }
    }

    struct Refused: Error {}

    private static func writeSeeds(of subject: Subject, to folder: String) throws {
        for (number, seed) in subject.seeds.enumerated() {
            try Data(seed).write(to: URL(filePath: "\(folder)/seed-\(number)"))
        }
    }

    private static func replay(_ subject: Subject, paths: [String]) throws {
        let files = paths.flatMap(files(at:))
        for file in files {
            // Unbuffered, so that the last line names the input of a crash.
            print("\(subject.rawValue): \(file)")
            fflush(nil)
            subject.check([UInt8](try Data(contentsOf: URL(filePath: file))))
        }
        print("\(subject.rawValue): \(files.count) inputs hold")
    }

    /// The files below a folder in the order of their names, or the one file.
    private static func files(at path: String) -> [String] {
        guard isFolder(path) else { return [path] }
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
        return names.sorted().map { "\(path)/\($0)" }.filter { !isFolder($0) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    #if FUZZING
        /// Calls libFuzzer, which expects the program's name before its own options.
        private static func run(_ subject: Subject) throws {
            subject.prepare()
            var count = CommandLine.argc - 1
            var arguments = CommandLine.unsafeArgv + 1
            arguments[0] = CommandLine.unsafeArgv[0]
            let status = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                Fuzz.subject?.check(Array(UnsafeBufferPointer(start: data, count: size)))
                return 0
            }
            if status != 0 { throw Refused() }
        }
    #else
        private static func run(_ subject: Subject) throws {
            try replay(subject, paths: Array(words.dropFirst()))
        }
    #endif
}
