"""What is said of boundaries in English: what is wrong, and what to do about it."""

AND_MORE = " and {count} more"
SQUARE_METRES, HECTARES, SQUARE_KILOMETRES = "m²", "ha", "km²"
METRES, KILOMETRES = "m", "km"
DECIMAL = "."

PROBLEMS = {
    "no_features": "The set has no district. Check that the right layer was chosen for export.",
    "no_code": "Feature {row} has no code. Fill in the field of codes.",
    "duplicate_code": (
        "Several features ({rows}) have the code “{code}”. Give each district its own code, and make"
        " the parts of one district a multipolygon."
    ),
    "unknown_level": (
        "Feature {row}{of_district}: its level is missing or unknown. It must be precinct or beat."
    ),
    "no_geometry": "District {districts} (feature {row}) has no shape. Draw it or take it out.",
    "not_polygonal": (
        "The shape of district {districts} is a {type}, not a polygon. Close the line, or turn it"
        " into a polygon."
    ),
    "out_of_range": (
        "The coordinates of district {districts} are not degrees of longitude and latitude. Check"
        " that the file's coordinate system is declared rightly."
    ),
    "swapped_axes": (
        "Latitude and longitude are swapped: longitude must come first. Exchange the axes and upload"
        " the file again."
    ),
    "broken_geometry": (
        "The shape of district {districts} is broken at the marked point: {reason}. Mend it in the"
        " editor, or upload it with repair."
    ),
    "no_parent": "Beat {districts} has no precinct. Put the precinct's code in the field parent.",
    "unknown_parent": (
        "Beat {districts} is in precinct “{parent}”, which is not in the set. Correct the code or"
        " add the precinct."
    ),
    "missing_name": "District {districts} has no name: its code will be shown instead.",
    "precinct_without_beats": (
        "Precinct {districts} has no beats: reports from there will go to its desk."
    ),
    "overlap": (
        "Districts {districts} overlap: {area}. Decide whose ground it is and draw one common"
        " border."
    ),
    "gap": "Ground between districts {districts} is nobody's: {area}. Add it to one of them.",
    "sliver_gap": (
        "A narrow gap between districts {districts}: {width}, {area}. Their common border was drawn"
        " twice: snap its vertices, or upload with repair."
    ),
    "sliver_overlap": (
        "A narrow overlap of districts {districts}: {width}, {area}. Their common border was drawn"
        " twice: snap its vertices, or upload with repair."
    ),
    "sliver_part": (
        "The shape of district {districts} has a very narrow piece: {width}, {area}. Probably a"
        " vertex too many: delete it."
    ),
    "outside_precinct": (
        "Beat {districts} reaches beyond its precinct “{precinct}”: {area} ({share} of the beat)."
        " Correct the border, or the beat's precinct."
    ),
    "precinct_not_covered": (
        "The beats do not cover all of precinct {districts}: {area} is left. Extend the outer beats"
        " to the precinct's border."
    ),
    "touches_at_point_parts": (
        "The parts of district {districts} meet at a point only. Check that no piece is missing"
        " between them."
    ),
    "touches_at_point_neighbours": (
        "District {districts} meets its neighbours at a point only. Check its borders."
    ),
    "far_off_set": "District {districts} is {distance} from all others. Check its coordinates.",
    "far_off_in_force": (
        "The whole set is {distance} from the one in force. Check the coordinate system, and that it"
        " is the right city."
    ),
    "set_shrunk": "The set covers only {share} of the one in force. Check that none is missing.",
    "set_grown": "The set covers {share} of the one in force. Check that there are none too many.",
    "changed_code": (
        "District “{old}” of the set in force has the code {districts} now. If it is the same"
        " district, give it back its code: officers are posted to it."
    ),
}
OTHERWISE = "District {districts}: {kind}."

# By how GEOS begins its reasons.
REASONS = {
    "self-intersection": "the line crosses itself",
    "ring self-intersection": "the line touches itself",
    "hole lies outside shell": "a hole lies outside of the outline",
    "holes are nested": "holes lie within each other",
    "nested holes": "holes lie within each other",
    "nested shells": "parts lie within each other",
    "interior is disconnected": "holes cut the district into parts",
    "duplicate rings": "the same outline is drawn twice",
    "too few points": "the outline has too few points",
    "invalid coordinate": "a coordinate is no number",
}

FILES = {
    "unusable": "The file cannot be used. Details are below.",
    "not_geo": (
        "This is not a geo file that can be read. GeoJSON, GeoPackage and zipped Shapefile can."
    ),
    "empty": "The file is empty: it has no district. Check the layer and the filter of the export.",
    "no_crs": (
        "The file does not tell its coordinate system. Add the .prj file to a Shapefile; export"
        " GeoJSON in EPSG:4326."
    ),
    "wrong_crs": (
        "The coordinates do not fit the coordinate system that the file declares. Correct it in the"
        " layer's properties and export again."
    ),
    "swapped_axes": "Latitude and longitude are swapped: longitude must come first.",
    "damaged": "The file is damaged or was cut short. Copy or export it again.",
    "too_large": "The file is too large, even if it is small when packed. Simplify or divide it.",
    "layers": "The file has several layers or data sets. Leave the one with the boundaries.",
    "parts_missing": "Parts of the Shapefile are missing: .shp, .shx, .dbf, .prj belong together.",
    "no_field": "The file lacks a field that is needed. Choose the fields from the list.",
    "no_precincts": (
        "Nothing tells which precincts the beats are in. Add a file of precincts, or choose the"
        " field with the precinct's code."
    ),
    "encrypted": "The archive is encrypted. Pack the file without a password.",
    "unsafe": "A file in the archive has a name that leads out of it. Do not use such an archive.",
}
