"""办公室和宣传部门 of the plan: what reaches people by text, picture and sound."""
