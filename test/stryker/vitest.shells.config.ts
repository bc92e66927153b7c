import { projectsOf } from "./projects.ts";
export default projectsOf("workerd");
