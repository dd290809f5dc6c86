import CYAML

/// A copy of one event of libyaml's parser.
struct Event {
    enum Kind {
        case scalar(String, YAMLNode.Style)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
        case alias
        case documentStart, documentEnd, streamStart, streamEnd
    }

    var kind: Kind
    var mark: Mark
    var hasAnchor = false

    func error(_ reason: String, _ remedy: String) -> YAMLError {
        YAMLError(mark: mark, reason: reason, remedy: remedy)
    }
}

/// Owns libyaml's parser and the bytes that it reads.
struct EventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let places: TextPlaces

    init(_ text: [UInt8]) {
        places = TextPlaces(text)
        bytes = .allocate(capacity: text.count)
        _ = bytes.initialize(from: text)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        precondition(yaml_parser_initialize(parser) == 1, "libyaml has no memory for a parser")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        bytes.deallocate()
    }

    mutating func next() throws(YAMLError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem }
        defer { yaml_event_delete(&event) }
        return Event(
            kind: Self.kind(of: event), mark: places.within(Mark(event.start_mark)), hasAnchor: Self.hasAnchor(event))
    }

    private var problem: YAMLError {
        let state = parser.pointee
        let what = state.problem.map { String(cString: $0) } ?? "the text is not YAML"
        let context = state.context.map { " \(String(cString: $0))" } ?? ""
        // Invalid characters have an offset but no mark.
        let mark =
            state.error == YAML_READER_ERROR
            ? TextPlaces.mark(of: Int(state.problem_offset), in: bytes) : places.within(Mark(state.problem_mark))
        return YAMLError(
            mark: mark, reason: "the text is not YAML: \(what)\(context)",
            remedy: "Check the indentation, colons and quotes of this line and the line above it.")
    }

    private static func kind(of event: yaml_event_t) -> Event.Kind {
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(text, scalar.style == YAML_PLAIN_SCALAR_STYLE ? .plain : .quoted)
        case YAML_SEQUENCE_START_EVENT: return .sequenceStart
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT: return .mappingStart
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT: return .alias
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_STREAM_START_EVENT: return .streamStart
        default: return .streamEnd
        }
    }

    private static func hasAnchor(_ event: yaml_event_t) -> Bool {
        switch event.type {
        case YAML_SCALAR_EVENT: event.data.scalar.anchor != nil
        case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor != nil
        case YAML_MAPPING_START_EVENT: event.data.mapping_start.anchor != nil
        default: false
        }
    }
}

extension Mark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
