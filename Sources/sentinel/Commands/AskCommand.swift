import Basics
import Configuration
import SQLPrompt

extension Subcommand {
    static let ask = Subcommand(
        "ask", help: .ask, options: ["--format"], switches: ["--offline"], words: 33
    ) { arguments in
        let format = try RowFormat(arguments)
        let composition = try Composition(arguments)
        let folder = QuestionFolder(composition.paths.questions)
        guard let name = arguments.words.first else {
            for problem in folder.problems { Output.complain(problem) }
            list(folder.questions, as: format, in: composition.paths.questions)
            return folder.problems.isEmpty ? .done : .partial
        }
        guard let question = folder.questions.first(where: { $0.name == name }) else {
            if let problem = folder.problems.first(where: { $0.hasPrefix("\(name).sql") }) { throw Failure(problem) }
            throw UsageError.noQuestion(name, among: folder.questions.map(\.name), in: composition.paths.questions)
        }
        let statement: String
        do {
            statement = try question.statement(Array(arguments.words.dropFirst()), now: composition.clock.now())
        } catch {
            throw UsageError("\(error)")
        }
        let session = SQLSession(engine: composition.engine, format: format, isOffline: arguments.has("--offline"))
        let answer = try await session.answer(statement)
        Output.writeUnmasked(answer.text)
        for warning in answer.warnings { Output.complain(warning) }
        return answer.isPartial ? .partial : .done
    }

    private static func list(_ questions: [SavedQuestion], as format: RowFormat, in folder: String) {
        if questions.isEmpty, format == .table { return Output.line("No saved questions in \(folder).") }
        let rows = RowSet(
            columns: ["name", "parameters", "answers"],
            rows: questions.map { question in
                let parameters = question.parameters.map { parameter in
                    "\(parameter.name) \(parameter.kind.rawValue)" + (parameter.standard.map { " = \($0)" } ?? "")
                }
                return [
                    .text(question.name), .text(parameters.joined(separator: ", ")), .text(question.sentence),
                ]
            })
        switch format {
        case .table: Output.write(TextTable(rows).text)
        case .json: Output.write(rows.objects.serialized + "\n")
        case .csv: Output.write(CSVText.text(of: rows))
        case .markdown: Output.write(MarkdownTable.text(of: rows))
        }
    }
}
