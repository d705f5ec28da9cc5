#pragma once

#include <nlohmann/json_fwd.hpp>

#include "corpus/library.h"
#include "records/record.h"

namespace shirube::records {

/// What a letter (office/letter.h) is filled with, by the names that people read: 番号, 台帳, 状態, 担当, 今日 (令和8年4月3日), 年度, each field by
/// its name (several values as a list; citations as a list of {引用, 文, 題名, 版, 条項}; links as a list of {番号, 件名}; rows as a list with
/// the names of their columns; days in 和暦), and by the name of a ledger that links here the list of its records with their fields
/// (指摘事項 of an audit). Only what the viewer sees.
nlohmann::json letter_model(const corpus::Viewer& viewer, const Records& records, const corpus::Library& library, const Record& record);

/// The names that there can be, as a model of the same form: what a template is held against.
nlohmann::json letter_shape(const Ledgers& ledgers, const Ledger& ledger);

}  // namespace shirube::records
