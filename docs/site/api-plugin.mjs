// What TypeDoc's options do not reach: a module is called what people import, and a class shows its own members, not those
// of the classes that it extends (each layer would repeat all of Module).
import { Converter, ReflectionKind } from "typedoc";

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const reflection of project.getReflectionsByKind(ReflectionKind.ClassMember)) {
      if ("inheritedFrom" in reflection && reflection.inheritedFrom) project.removeReflection(reflection);
    }
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = `@corr2d/${module.name.split("/").at(-2)}`;
    }
  });
}
