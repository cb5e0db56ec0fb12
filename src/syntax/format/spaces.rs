//! Whether a space stands between two pieces of a line. It looks at the two and at the piece before them, never
//! further: the layout of a line does not hang on what its expressions mean.

use super::super::token::Kind;
use super::pieces::Piece;

/// Whether a space stands between `here` and `after`, where `before` comes before `here`. The first rule that
/// fits decides.
pub(super) fn between(before: Option<&Piece<'_>>, here: &Piece<'_>, after: &Piece<'_>) -> bool {
    use Kind::*;
    let before_kind = before.map(|piece| piece.kind);
    match (here.kind, after.kind) {
        (_, Newline) => false,
        // An index of a number, which would read like a fraction.
        (Dot, Number) if before_kind == Some(Number) => true,
        // Names: calls, namespaces, attributes.
        (Ident, OParen) | (Ident, ColonColon) | (ColonColon, Ident) | (Dot, _) | (_, Dot) => false,
        (_, Comma | Ellipsis) => false,
        (Comma, _) => true,
        // The inside of strings is not ours.
        (Text | OQuote | OHeredoc, _) | (_, Text | CQuote | CHeredoc) => false,
        // A list behind the `in` of a for expression is no index.
        (Ident, _) if here.text == "in" && before_kind == Some(Ident) => true,
        (Ident | Number | CBrace | CBrack | CParen | SeqEnd, OBrack) => false,
        (Bang, _) => false,
        (Minus, _) => !is_sign(before_kind),
        // Braces have room inside, unless they are empty.
        (OBrace, CBrace) => false,
        (OBrace, _) | (_, CBrace) => true,
        (Interp | Control, OBrace) | (CBrace, SeqEnd) => true,
        (SeqEnd, Interp | Control) => false,
        // Other brackets have none.
        (OBrack | OParen | Interp | Control, _) | (_, CBrack | CParen | SeqEnd) => false,
        _ => true,
    }
}

/// Whether a minus behind this is a sign rather than an operator: nothing that could be subtracted from is there.
fn is_sign(before: Option<Kind>) -> bool {
    use Kind::*;
    match before {
        None => true,
        Some(kind) => matches!(
            kind,
            OParen
                | OBrace
                | OBrack
                | Assign
                | Colon
                | Comma
                | Question
                | Plus
                | Star
                | Slash
                | Percent
                | Minus
                | Eq
                | NotEq
                | Greater
                | GreaterEq
                | Less
                | LessEq
                | And
                | Or
                | Bang
        ),
    }
}
